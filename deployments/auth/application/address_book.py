"""A user's address book: changes to one book happen one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.ports import AuthUnitOfWork, UnitOfWorkFactory
from deployments.auth.domain.address import MAX_ADDRESSES, Address
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id


@dataclass(frozen=True)
class AddressData:
    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    region: str
    country: str
    is_default: bool


class AddressBook:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def entries(self, user_id: UUID) -> list[Address]:
        """The default address first, then the newest."""
        async with self._begin() as work:
            return await work.addresses.of_user(user_id)

    async def entry(self, user_id: UUID, address_id: UUID) -> Address:
        """Raises ``NotFound`` ``address_not_found``."""
        return _find(await self.entries(user_id), address_id)

    async def add(self, user_id: UUID, data: AddressData) -> Address:
        """The first address is the default one. Raises ``Conflict`` ``too_many_addresses``."""
        async with self._begin() as work:
            book = await _locked(work, user_id)
            if len(book) >= MAX_ADDRESSES:
                raise Conflict(
                    "too_many_addresses",
                    f"an address book holds {MAX_ADDRESSES} addresses; remove one first",
                )
            address = Address(id=new_id(), user_id=user_id, **vars(data))
            address.is_default = data.is_default or not book
            if address.is_default:
                await _no_default(work, book)
            await work.addresses.add(address)
            await work.commit()
        return address

    async def change(self, user_id: UUID, address_id: UUID, data: AddressData) -> Address:
        """The default address stays it until another takes its place."""
        async with self._begin() as work:
            book = await _locked(work, user_id)
            known = _find(book, address_id)
            address = replace(known, **vars(data))
            address.is_default = data.is_default or known.is_default
            if address.is_default and not known.is_default:
                await _no_default(work, book)
            await work.addresses.update(address)
            await work.commit()
        return address

    async def remove(self, user_id: UUID, address_id: UUID) -> None:
        """When the default address goes the newest of the others becomes it."""
        async with self._begin() as work:
            book = await _locked(work, user_id)
            address = _find(book, address_id)
            await work.addresses.delete(address)
            others = [entry for entry in book if entry.id != address_id]
            if address.is_default and others:
                others[0].is_default = True
                await work.addresses.update(others[0])
            await work.commit()


async def _locked(work: AuthUnitOfWork, user_id: UUID) -> list[Address]:
    user = await work.users.by_id_for_update(user_id)
    if user is None or user.disabled:
        raise account_disabled()
    return await work.addresses.of_user(user_id)


def _find(book: list[Address], address_id: UUID) -> Address:
    for address in book:
        if address.id == address_id:
            return address
    raise NotFound("address_not_found", "there is no such address in your book")


async def _no_default(work: AuthUnitOfWork, book: list[Address]) -> None:
    for address in book:
        if address.is_default:
            await work.addresses.update(replace(address, is_default=False))
