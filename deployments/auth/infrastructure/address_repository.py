from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.address import Address
from models.auth.tables import AddressRow


class SqlAddressRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, address: Address) -> None:
        self._session.add(AddressRow(**vars(address)))
        await self._session.flush()

    async def update(self, address: Address) -> None:
        row = await self._session.get_one(AddressRow, address.id)
        for name, value in vars(address).items():
            setattr(row, name, value)
        await self._session.flush()

    async def of_user(self, user_id: UUID) -> list[Address]:
        rows = await self._session.scalars(
            select(AddressRow)
            .where(AddressRow.user_id == user_id)
            .order_by(AddressRow.is_default.desc(), AddressRow.id.desc())
        )
        return [
            Address(
                row.id,
                row.user_id,
                row.name,
                row.line1,
                row.line2,
                row.city,
                row.postal_code,
                row.region,
                row.country,
                row.is_default,
            )
            for row in rows
        ]

    async def delete(self, address: Address) -> None:
        await self._session.execute(delete(AddressRow).where(AddressRow.id == address.id))

    async def delete_all(self, user_id: UUID) -> None:
        await self._session.execute(delete(AddressRow).where(AddressRow.user_id == user_id))
