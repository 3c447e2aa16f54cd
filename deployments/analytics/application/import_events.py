"""Take over visits of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from deployments.analytics.application.record_events import RecordEvents
from deployments.analytics.domain.event_time import past_time
from deployments.analytics.domain.visit_event import VisitEvent


class ImportEvents:
    def __init__(self, record: RecordEvents) -> None:
        self._record = record

    async def __call__(self, claims: Sequence[tuple[VisitEvent, datetime | None]]) -> int:
        """``claims`` pairs each event with its time; the number of events that were new.

        Raises:
            Invalid: a time is missing, before 2000 or in the future; nothing is stored.
        """
        now = datetime.now(UTC)
        return await self._record(
            [replace(event, occurred_at=past_time(claimed, now)) for event, claimed in claims]
        )
