"""Read Stripe's list of events, so that a webhook that never arrives is not missed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from deployments.payments.application.ports import StripeEvent, StripeGateway, UnitOfWorkFactory

logger = logging.getLogger(__name__)
_CURSOR = "events"
# Stripe lists an event a moment after the time it carries, and clocks differ.
_OVERLAP = timedelta(minutes=5)
_FIRST_LOOK = timedelta(days=1)
# A reader that was killed holds the others up no longer than this.
_LEASE = timedelta(seconds=60)
_AFTER_FAILURE = timedelta(seconds=15)
_CHUNK = 100


def _now() -> datetime:
    return datetime.now(UTC)


class ReconcileEvents:
    """All replicas together read the list once in ``every``."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        stripe: StripeGateway,
        *,
        every: timedelta,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._every = every
        self._now = now

    async def __call__(self) -> int:
        """Put missed events into the inbox; how many there were. 0 when it is not due.

        Each look starts some minutes before the last one, and known events are passed over by
        their ids, so neither equal times nor late listings hide one. The cursor moves only after
        the whole list was read, so a failure half-way loses nothing.
        """
        now = self._now()
        async with self._begin() as work:
            read_until = await work.stripe_events.lease_cursor(
                _CURSOR, now, start=now - _FIRST_LOOK, lease=_LEASE
            )
            await work.commit()
        if read_until is None:
            return 0
        try:
            missed = await self._read(read_until)
        except Exception:
            await self._leave_cursor(read_until, due=self._now() + min(_AFTER_FAILURE, self._every))
            raise
        await self._leave_cursor(now, due=now + self._every)
        if missed:
            logger.warning("webhooks had been missed", extra={"events": missed})
        return missed

    async def _read(self, read_until: datetime) -> int:
        missed = 0
        chunk: list[StripeEvent] = []
        async for event in self._stripe.events_since(read_until - _OVERLAP):
            chunk.append(event)
            if len(chunk) == _CHUNK:
                missed += await self._keep(chunk)
                chunk = []
        return missed + await self._keep(chunk)

    async def _keep(self, events: list[StripeEvent]) -> int:
        async with self._begin() as work:
            new = [await work.stripe_events.add(event, "reconciliation") for event in events]
            await work.commit()
        return sum(new)

    async def _leave_cursor(self, read_until: datetime, *, due: datetime) -> None:
        async with self._begin() as work:
            await work.stripe_events.leave_cursor(_CURSOR, read_until, due=due)
            await work.commit()
