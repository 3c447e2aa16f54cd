"""Take over paid orders: the facts and one ``purchase`` event each, together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.analytics.application.ports import BeginFacts, PrepareMonths
from deployments.analytics.domain.sale import Sale
from deployments.analytics.domain.visit_event import PURCHASE, VisitEvent


class RecordPurchases:
    def __init__(self, begin: BeginFacts, prepare_months: PrepareMonths) -> None:
        self._begin = begin
        self._prepare_months = prepare_months

    async def __call__(self, paid: Sequence[tuple[UUID, Sale]]) -> int:
        """``paid`` pairs the id of each ``order.paid`` with its sale; the number of new sales.

        An order known already stays as it was first recorded.
        """
        sales = {(sale.source, sale.order_id): sale for _, sale in reversed(paid)}
        events = [_purchase_event(event_id, sale) for event_id, sale in paid]
        await self._prepare_months(event.occurred_at for event in events)
        async with self._begin() as work:
            added = await work.facts.put_sales(list(sales.values()), replace=False)
            await work.facts.add_events(events)
            await work.commit()
        return added


def _purchase_event(event_id: UUID, sale: Sale) -> VisitEvent:
    return VisitEvent(
        event_id=event_id,
        occurred_at=sale.paid_at,
        type=PURCHASE,
        source=sale.source,
        session_id=sale.session_id,
        product_id=None,
        query=None,
        payload={
            "order_id": str(sale.order_id),
            "order_number": sale.order_number,
            "total": sale.total,
            "currency": sale.currency,
        },
    )
