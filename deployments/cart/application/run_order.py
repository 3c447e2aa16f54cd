"""Work on one order under its lease, until it is at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from deployments.cart.application.advance_order import AdvanceOrder
from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.shared.errors import Unavailable

T = TypeVar("T")

# More steps than the longest way through the states.
_MAX_STEPS = 12
# The lease outlives the work, so that two workers on one order are the exception.
_LEASE_MARGIN = timedelta(seconds=5)


class RunOrder:
    """``lease``: how long one worker may be busy; ``retry``: when the sweep tries again."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        advance: AdvanceOrder,
        clock: Clock,
        *,
        lease: timedelta,
        retry: timedelta,
    ) -> None:
        self._begin = begin
        self._advance = advance
        self._clock = clock
        self._lease = lease
        self._retry = retry
        self._running: set[asyncio.Task[Any]] = set()

    def lease_end(self, now: datetime) -> datetime:
        return now + self._lease

    async def if_free(self, order_id: UUID) -> bool:
        """Take the lease and run; False when somebody else has the lease.

        Raises:
            Unavailable: see ``leased``.
        """
        now = self._clock()
        until = self.lease_end(now)
        async with self._begin() as work:
            free = await work.orders.try_lease(order_id, now, until)
            await work.commit()
        if free:
            await self.leased(order_id, until)
        return free

    async def leased(self, order_id: UUID, until: datetime) -> None:
        """Run an order whose lease the caller has taken until then, and end the lease.

        A client that hangs up does not stop it half way.

        Raises:
            Unavailable: a service did not answer; the sweep goes on, or the next caller.
        """
        await self.unbroken(self._run(order_id, until))

    async def unbroken(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end even when whoever waits for it is cancelled."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def settle(self, seconds: float) -> None:
        """Before the service stops: give the work under way a moment to finish."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Whoever waited may have hung up; the order's retry time holds what to do next.
            task.exception()

    async def _run(self, order_id: UUID, until: datetime) -> None:
        retry_at: datetime | None = self._clock() + self._retry
        try:
            async with asyncio.timeout((self._lease - _LEASE_MARGIN).total_seconds()):
                await self._until_at_rest(order_id)
            retry_at = None
        except TimeoutError as error:
            raise Unavailable("checkout_slow", "this takes too long; try again") from error
        finally:
            async with self._begin() as work:
                await work.orders.end_lease(order_id, until, retry_at)
                await work.commit()

    async def _until_at_rest(self, order_id: UUID) -> None:
        for _ in range(_MAX_STEPS):
            async with self._begin() as work:
                order = await work.orders.by_id(order_id)
            # A step takes all refunds one further, however many there are.
            if order is None or not await self._advance.step(order):
                return
        raise RuntimeError(f"order {order_id} does not come to rest")
