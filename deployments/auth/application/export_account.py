"""Everything the store keeps about a person."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.ports import UnitOfWorkFactory, UserData
from deployments.auth.domain.address import Address
from deployments.auth.domain.refresh_token import SignIn
from deployments.auth.domain.user import User


@dataclass(frozen=True)
class Export:
    account: User
    addresses: list[Address]
    sign_ins: list[SignIn]
    orders: dict[str, Any]
    reviews: dict[str, Any]


class ExportAccount:
    def __init__(self, begin: UnitOfWorkFactory, orders: UserData, reviews: UserData) -> None:
        self._begin = begin
        self._orders = orders
        self._reviews = reviews

    async def __call__(self, user_id: UUID) -> Export:
        """Raises ``Unavailable`` when a service does not answer: half an export is none."""
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
            if user is None or user.disabled:
                raise account_disabled()
            addresses = await work.addresses.of_user(user_id)
            sign_ins = await work.refresh_tokens.sign_ins(user_id)
        orders, reviews = await asyncio.gather(self._orders(user_id), self._reviews(user_id))
        return Export(user, addresses, sign_ins, orders, reviews)
