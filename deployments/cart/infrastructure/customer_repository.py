from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.cart.domain.anonymity import ERASED_EMAIL, anonymous_address
from deployments.cart.domain.order_states import ENDED
from models.cart.tables import ErasedCustomerRow, OrderRow


class SqlCustomerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_erased(self, user_id: UUID, now: datetime) -> None:
        await self._session.execute(
            insert(ErasedCustomerRow)
            .values(user_id=user_id, erased_at=now)
            .on_conflict_do_nothing()
        )

    async def anonymise_ended(self, limit: int) -> int:
        rows = (
            await self._session.execute(
                select(OrderRow.id, OrderRow.shipping_address)
                .join(ErasedCustomerRow, ErasedCustomerRow.user_id == OrderRow.user_id)
                .where(
                    OrderRow.status.in_([status.value for status in ENDED]),
                    OrderRow.email != ERASED_EMAIL,
                )
                .limit(limit)
                .with_for_update(of=OrderRow, skip_locked=True)
            )
        ).all()
        for order_id, address in rows:
            await self._session.execute(
                update(OrderRow)
                .where(OrderRow.id == order_id)
                .values(email=ERASED_EMAIL, shipping_address=anonymous_address(address))
            )
        return len(rows)
