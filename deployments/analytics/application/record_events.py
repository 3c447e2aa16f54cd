"""Write a batch of events, each id once."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.analytics.application.ports import BeginFacts, PrepareMonths
from deployments.analytics.domain.visit_event import VisitEvent


class RecordEvents:
    def __init__(self, begin: BeginFacts, prepare_months: PrepareMonths) -> None:
        self._begin = begin
        self._prepare_months = prepare_months

    async def __call__(self, events: Sequence[VisitEvent]) -> int:
        """The number of events that were new."""
        await self._prepare_months(event.occurred_at for event in events)
        async with self._begin() as work:
            added = await work.facts.add_events(events)
            await work.commit()
        return added
