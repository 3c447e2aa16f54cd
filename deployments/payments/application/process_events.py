"""Work off the inbox of Stripe's events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from deployments.payments.application.ports import (
    EventHandler,
    StripeEvent,
    UnitOfWorkFactory,
    WaitingEvent,
)
from deployments.payments.domain.alarm import Alarm, AlarmError
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
# Longer than Stripe is waited for, shorter than a store may take to come to rest after a crash.
_LEASE = timedelta(seconds=45)
_BATCH = 10
_MAX_FAILURES = 10
_MAX_PAUSE_SECONDS = 30
# Once Stripe answers again, what waited for it shall be done soon.
_MAX_PAUSE_FOR_STRIPE_SECONDS = 10


class ProcessEvents:
    """Events come in any order and more than once, so none is believed: its subject is fetched
    from Stripe and ours follows that.

    ``handlers``: the start of an event's type -> who handles it; other types are only kept.
    """

    def __init__(self, begin: UnitOfWorkFactory, handlers: Mapping[str, EventHandler]) -> None:
        self._begin = begin
        self._handlers = handlers

    async def __call__(self) -> int:
        """Process one batch; the number of events taken."""
        now = datetime.now(UTC)
        async with self._begin() as work:
            waiting = await work.stripe_events.take_waiting(now, lease=_LEASE, limit=_BATCH)
            await work.commit()
        await asyncio.gather(*[self._process(item) for item in waiting])
        return len(waiting)

    async def _process(self, item: WaitingEvent) -> None:
        alarm = None
        try:
            handler = self._handler(item.event)
            if handler is not None:
                await handler(item.event)
        except AlarmError as error:
            alarm = error.alarm
        except Unavailable as error:
            await self._put_back(item, error, failures=item.failures)
            return
        except Exception as error:
            await self._failed(item, error)
            return
        await self._done(item.event, alarm)

    def _handler(self, event: StripeEvent) -> EventHandler | None:
        for start, handler in self._handlers.items():
            if event.type.startswith(start):
                return handler
        return None

    async def _done(self, event: StripeEvent, alarm: Alarm | None) -> None:
        message = alarm.message if alarm else None
        async with self._begin() as work:
            if alarm is not None:
                logger.error("Stripe event alarmed", extra={"event": event.id, "alarm": message})
                await work.alarms.add(alarm)
            await work.stripe_events.mark_processed(event.id, datetime.now(UTC), alarm=message)
            await work.commit()

    async def _failed(self, item: WaitingEvent, error: Exception) -> None:
        failures = item.failures + 1
        if failures < _MAX_FAILURES:
            await self._put_back(item, error, failures=failures)
            return
        event = item.event
        logger.error("Stripe event given up", exc_info=error, extra={"event": event.id})
        message = f"{event.type} given up after {failures} failures: {error!r}"
        async with self._begin() as work:
            await work.alarms.add(
                Alarm("poison_event", event.id, message, stripe_event_id=event.id)
            )
            await work.stripe_events.bury(event.id, datetime.now(UTC), repr(error))
            await work.commit()

    async def _put_back(self, item: WaitingEvent, error: Exception, *, failures: int) -> None:
        logger.warning(
            "Stripe event not processed yet",
            extra={"event": item.event.id, "error": repr(error), "attempts": item.attempts},
        )
        silent = isinstance(error, Unavailable)
        longest = _MAX_PAUSE_FOR_STRIPE_SECONDS if silent else _MAX_PAUSE_SECONDS
        pause = timedelta(seconds=min(2 ** min(item.attempts, 10) / 4, longest))
        async with self._begin() as work:
            await work.stripe_events.retry_at(
                item.event.id, datetime.now(UTC) + pause, repr(error), failures=failures
            )
            await work.commit()
