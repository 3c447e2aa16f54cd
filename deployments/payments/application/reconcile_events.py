"""Read Stripe's list of events, so that a webhook that never arrives is not missed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from deployments.payments.application.ports import StripeGateway, UnitOfWorkFactory

logger = logging.getLogger(__name__)
_CURSOR = "events"
# Stripe lists an event a moment after the time it carries.
_OVERLAP = timedelta(minutes=5)
_FIRST_LOOK = timedelta(days=1)
_LEASE = timedelta(minutes=2)
_CHUNK = 100


class ReconcileEvents:
    def __init__(self, begin: UnitOfWorkFactory, stripe: StripeGateway) -> None:
        self._begin = begin
        self._stripe = stripe

    async def __call__(self) -> int:
        """Put missed events into the inbox; how many there were.

        The cursor moves only after the whole list was read, so a failure half-way loses nothing.
        """
        now = datetime.now(UTC)
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
            await self._leave_cursor(read_until)
            raise
        await self._leave_cursor(now)
        if missed:
            logger.warning("webhooks had been missed", extra={"events": missed})
        return missed

    async def _read(self, read_until: datetime) -> int:
        listed = [event async for event in self._stripe.events_since(read_until - _OVERLAP)]
        missed = 0
        for start in range(0, len(listed), _CHUNK):
            async with self._begin() as work:
                for event in listed[start : start + _CHUNK]:
                    missed += await work.stripe_events.add(event, "reconciliation")
                await work.commit()
        return missed

    async def _leave_cursor(self, read_until: datetime) -> None:
        async with self._begin() as work:
            await work.stripe_events.leave_cursor(_CURSOR, read_until, datetime.now(UTC))
            await work.commit()
