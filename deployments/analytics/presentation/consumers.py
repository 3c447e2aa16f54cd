"""What arrives on streams: visitors' events and paid orders."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from deployments.analytics.application.record_events import RecordEvents
from deployments.analytics.application.record_purchases import RecordPurchases
from deployments.analytics.contract import Purchase, VisitEvent
from deployments.analytics.presentation.translate import sale, visit_event
from deployments.shared.events import Event

_visit_event: TypeAdapter[VisitEvent] = TypeAdapter(VisitEvent)


class BehaviourConsumer:
    def __init__(self, record: RecordEvents) -> None:
        self._record = record

    async def __call__(self, events: Sequence[Event]) -> None:
        await self._record(
            [
                visit_event(_visit_event.validate_python(event.payload), event.occurred_at)
                for event in events
            ]
        )


class OrdersConsumer:
    """Handles ``order.paid``; what else happens to orders is no fact of analytics."""

    def __init__(self, record: RecordPurchases) -> None:
        self._record = record

    async def __call__(self, events: Sequence[Event]) -> None:
        paid = [
            (event.event_id, sale(Purchase.model_validate(event.payload)))
            for event in events
            if event.type == "order.paid"
        ]
        if paid:
            await self._record(paid)
