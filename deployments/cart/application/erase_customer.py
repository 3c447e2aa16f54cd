"""An account was erased: the cart goes, orders keep what the books need and no person."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.domain.cart import Shopper

CONSUMER: Final = "cart"
_BATCH = 200


class EraseCustomer:
    """An order under way keeps its address until the parcel arrived or the money is back."""

    def __init__(self, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def __call__(self, event_id: UUID, user_id: UUID) -> None:
        async with self._begin() as work:
            if not await work.inbox.first_time(CONSUMER, event_id):
                return
            cart = await work.carts.find(Shopper(user_id), lock=True)
            if cart is not None:
                await work.carts.delete(cart)
            await work.customers.add_erased(user_id, self._clock())
            await work.commit()
        await self.anonymise()

    async def anonymise(self) -> int:
        """Also for the orders that have ended since; the number of orders."""
        count = 0
        while True:
            async with self._begin() as work:
                done = await work.customers.anonymise_ended(_BATCH)
                await work.commit()
            count += done
            if done < _BATCH:
                return count
