"""Reads another service's outbox by cursor: what the streams lost arrives all the same."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from deployments.shared.errors import Unavailable
from deployments.shared.events import Event
from deployments.shared.outbox_cursor import OutboxCursor

logger = logging.getLogger(__name__)

Handler = Callable[[Sequence[Event]], Awaitable[None]]
FetchPage = Callable[[int, int], Awaitable[list[Event]]]

_PAGE: Final = 200
_MAX_ATTEMPTS: Final = 10
# SQLSTATEs of a database that is away, full, read-only or busy.
_DATABASE_OUT: Final = ("08", "25006", "40", "53", "55P03", "57P", "58")


class OutboxFollower:
    """Hands ``handler`` the events behind the cursor, at least once and in order.

    ``fetch(after, limit)`` gives a page of the outbox. An event that fails ten times is logged and
    left behind; what the database or another service fails at is not the event's failure. Events
    that the stream brought move the cursor too (``note``), so that in normal operation there is
    nothing to catch up with.
    """

    def __init__(self, cursor: OutboxCursor, fetch: FetchPage, handler: Handler) -> None:
        self._cursor = cursor
        self._fetch = fetch
        self._handler = handler

    async def note(self, events: Sequence[Event]) -> None:
        """The handler has these from the stream: step over those that are next in line."""
        numbers = sorted({event.sequence for event in events if event.sequence is not None})
        while numbers:
            last = 1
            while last < len(numbers) and numbers[last] == numbers[last - 1] + 1:
                last += 1
            await self._cursor.advance(numbers[0] - 1, numbers[last - 1])
            numbers = numbers[last:]

    async def catch_up(self) -> int:
        """Handle all that is behind the cursor; the number of events handled.

        Raises:
            Unavailable: the other service does not answer.
            Exception: the database does not; the cursor stays.
        """
        handled = 0
        while True:
            seen = await self._cursor.read()
            events = await self._fetch(seen, _PAGE)
            if not events:
                return handled
            done = await self._handle(events)
            handled += done
            if done and not await self._cursor.advance(seen, _sequence(events[done - 1])):
                return handled
            if done < len(events) and not await self._leave_behind(events, done, seen):
                return handled

    async def _handle(self, events: Sequence[Event]) -> int:
        """How many from the first on were handled."""
        try:
            await self._handler(events)
        except Exception as error:
            if _is_outage(error):
                raise
            if len(events) == 1:
                logger.exception("event not handled", extra=_facts(events[0]))
                return 0
        else:
            return len(events)
        for done, event in enumerate(events):
            if not await self._handle([event]):
                return done
        return len(events)

    async def _leave_behind(self, events: Sequence[Event], done: int, seen: int) -> bool:
        before = _sequence(events[done - 1]) if done else seen
        if await self._cursor.count_attempt(before) < _MAX_ATTEMPTS:
            return False
        logger.error("event left behind", extra=_facts(events[done]))
        return await self._cursor.advance(before, _sequence(events[done]))


def _is_outage(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        cause = getattr(error.orig, "__cause__", None)
        state = str(getattr(cause, "sqlstate", ""))
        return error.connection_invalidated or state.startswith(_DATABASE_OUT)
    return isinstance(error, (Unavailable, OSError, PoolTimeoutError))


def _sequence(event: Event) -> int:
    return event.sequence or 0


def _facts(event: Event) -> dict[str, Any]:
    return {"event": str(event.event_id), "type": event.type, "sequence": event.sequence}
