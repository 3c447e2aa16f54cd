"""Take visitors' events: check their times and hand them to the stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from deployments.analytics.application.ports import Publish
from deployments.analytics.domain.event_time import accepted_time
from deployments.shared.events import Event


class AcceptEvents:
    def __init__(self, publish: Publish) -> None:
        self._publish = publish

    async def __call__(self, claims: Sequence[tuple[Event, datetime | None]]) -> int:
        """``claims`` pairs each event with the time its sender gives; the number accepted.

        Raises:
            Invalid: a time is refused; nothing is taken.
            Unavailable: the stream does not answer; nothing is taken.
        """
        now = datetime.now(UTC)
        events = [
            replace(event, occurred_at=accepted_time(claimed, now)) for event, claimed in claims
        ]
        await self._publish(events)
        return len(events)
