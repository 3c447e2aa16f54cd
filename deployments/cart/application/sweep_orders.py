"""Look for orders that somebody has to go on with: crashed, refused or expired ones."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.order_states import PASSING
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)

_WORKERS = 3
# Longer than any deployment or restart of another service takes.
_PATIENCE = timedelta(minutes=30)


class SweepOrders:
    """Replicas may sweep at the same time: a lease makes sure each order has one worker."""

    def __init__(self, begin: UnitOfWorkFactory, run: RunOrder, clock: Clock) -> None:
        self._begin = begin
        self._run = run
        self._clock = clock

    async def __call__(self) -> int:
        """Work on every order that is due; the number of orders worked on."""
        return sum(await asyncio.gather(*[self._work() for _ in range(_WORKERS)]))

    async def _work(self) -> int:
        count = 0
        while (claim := await self._claim()) is not None:
            order_id, until = claim
            count += 1
            try:
                await self._run.leased(order_id, until)
            except Unavailable as error:
                logger.warning("order waits", extra={"order": str(order_id), "reason": error.code})
                await self._alarm_when_stuck(order_id, error.code)
            except Exception:
                # One broken order must not keep the others waiting.
                logger.exception("order not advanced", extra={"order": str(order_id)})
        return count

    async def _alarm_when_stuck(self, order_id: UUID, why: str) -> None:
        """It is tried again for ever; after a while a person should know."""
        now = self._clock()
        async with self._begin() as work:
            order = await work.orders.for_update(order_id)
            if order is None or order.status not in PASSING:
                return
            since = order.timeline[-1].at
            if now - since > _PATIENCE:
                detail = f"{order.status} since {since:%Y-%m-%d %H:%M} UTC: {why}"
                order.raise_alarm("stuck", detail, now)
                await work.orders.save(order)
                await work.commit()

    async def _claim(self) -> tuple[UUID, datetime] | None:
        now = self._clock()
        until = self._run.lease_end(now)
        async with self._begin() as work:
            order_id = await work.orders.claim_due(now, until)
            await work.commit()
        return None if order_id is None else (order_id, until)
