"""Taking events and facts in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, status
from pydantic import Discriminator, Tag

from deployments.analytics.application.accept_events import AcceptEvents
from deployments.analytics.application.import_events import ImportEvents
from deployments.analytics.application.import_sales import ImportSales
from deployments.analytics.contract import (
    Accepted,
    EventBatch,
    HistoricEvents,
    SalesImport,
    VisitEvent,
)
from deployments.analytics.presentation.translate import sale, stream_event, visit_event
from deployments.shared.authentication import require_service
from deployments.shared.rate_limit import rate_limit
from deployments.shared.settings import OPERATOR

router = APIRouter(tags=["events"])
_operator_only = [Depends(require_service(OPERATOR))]

_EXAMPLES: dict[str, Any] = {
    "one event": {
        "value": {
            "type": "product_view",
            "session_id": "0199f2c4-6f0e-7c3a-9d0e-2f6f7f3f5a10",
            "product_id": "0199f2c4-7a11-7d41-8f7e-0d8f5d2f7b21",
            "title": "Steel Vacuum Flask",
        }
    },
    "a batch": {
        "value": {
            "events": [
                {
                    "type": "product_search",
                    "session_id": "0199f2c4-6f0e-7c3a-9d0e-2f6f7f3f5a10",
                    "query": "keep coffee hot",
                    "result_count": 12,
                }
            ]
        }
    },
}


def _shape(body: Any) -> str:
    """Chosen by sight, so that an error is about what was meant."""
    return "batch" if isinstance(body, dict) and "events" in body else "event"


_OneOrMany = Annotated[
    Annotated[EventBatch, Tag("batch")] | Annotated[VisitEvent, Tag("event")],
    Discriminator(_shape),
]


@router.post(
    "/events",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(rate_limit("3000/minute", by="address"))],
)
async def accept_events(
    body: Annotated[_OneOrMany, Body(openapi_examples=_EXAMPLES)], request: Request
) -> Accepted:
    """Send one event, or a batch of up to 500 as `{"events": […]}`.

    The answer comes before the events are counted. An `event_id` counts once however often it is
    sent. `occurred_at` may be left out; it may not be in the future or older than 24 hours. One bad
    event refuses its whole batch.
    """
    use_case: AcceptEvents = request.app.state.accept_events
    events = body.events if isinstance(body, EventBatch) else [body]
    accepted = await use_case([(stream_event(event), event.occurred_at) for event in events])
    return Accepted(accepted=accepted)


@router.put("/internal/events", dependencies=_operator_only)
async def import_events(body: HistoricEvents, request: Request) -> Accepted:
    """Take over visits of the past; known event ids are skipped. Answers how many were new."""
    use_case: ImportEvents = request.app.state.import_events
    now = datetime.now(UTC)
    claims = [
        (visit_event(event, event.occurred_at or now, body.source), event.occurred_at)
        for event in body.events
    ]
    return Accepted(accepted=await use_case(claims))


@router.put("/internal/sales", dependencies=_operator_only)
async def import_sales(body: SalesImport, request: Request) -> Accepted:
    """Take over sales of the past; a known order id is replaced. Answers how many changed."""
    use_case: ImportSales = request.app.state.import_sales
    return Accepted(accepted=await use_case([sale(purchase) for purchase in body.sales]))
