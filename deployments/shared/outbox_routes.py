"""The outbox of a service, for the services that listen to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.shared.authentication import require_service
from deployments.shared.events import Event
from deployments.shared.http_client import ServiceHttp
from deployments.shared.outbox import OutboxReader
from deployments.shared.outbox_follower import FetchPage
from deployments.shared.schemas import Schema

_PATH = "/internal/outbox"
_MAX_SEQUENCE = 2**63 - 1


class OutboxEvent(Schema):
    event_id: UUID
    topic: str
    type: str
    payload: dict[str, Any]
    occurred_at: datetime
    sequence: int


def outbox_router(*listeners: str) -> APIRouter:
    """``GET /internal/outbox`` for the services ``listeners``; ``state.outbox`` holds the
    ``OutboxReader``."""
    router = APIRouter(tags=["internal"], dependencies=[Depends(require_service(*listeners))])

    @router.get(_PATH)
    async def read_outbox(
        request: Request,
        topic: Annotated[str, Query(pattern="^[a-z]{1,40}$")],
        after: Annotated[int, Query(ge=0, le=_MAX_SEQUENCE)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> list[OutboxEvent]:
        """Published events whose sequence is above `after`, in order."""
        reader: OutboxReader = request.app.state.outbox
        events = await reader.page(topic, after, limit)
        return [OutboxEvent.model_validate(event) for event in events]

    return router


def fetch_from(http: ServiceHttp, topic: str) -> FetchPage:
    """A ``FetchPage`` that asks the service behind ``http``."""

    async def fetch(after: int, limit: int) -> list[Event]:
        rows = await http.request(
            "GET", _PATH, params={"topic": topic, "after": after, "limit": limit}
        )
        return [Event(**OutboxEvent.model_validate(row).model_dump()) for row in rows]

    return fetch
