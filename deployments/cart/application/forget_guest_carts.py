"""Delete guest carts that nobody has touched for long."""

from __future__ import annotations

from datetime import timedelta

from deployments.cart.application.ports import Clock, UnitOfWorkFactory

_BATCH = 500


class ForgetGuestCarts:
    def __init__(self, begin: UnitOfWorkFactory, clock: Clock, *, keep: timedelta) -> None:
        self._begin = begin
        self._clock = clock
        self._keep = keep

    async def __call__(self) -> int:
        """The number of carts deleted."""
        count = 0
        while True:
            async with self._begin() as work:
                done = await work.carts.delete_idle_guests(self._clock() - self._keep, _BATCH)
                await work.commit()
            count += done
            if done < _BATCH:
                return count
