"""Refunds, disputes and alarms, for merchants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.payments.application.list_for_merchant import ListForMerchant
from deployments.payments.contract import AlarmView, DisputeView, RefundView
from deployments.payments.presentation.views import alarm_view, dispute_view, refund_view
from deployments.shared.authentication import require_roles
from deployments.shared.errors import Invalid
from deployments.shared.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["merchant"], dependencies=[Depends(require_roles(MERCHANT))])

_BAD_CURSOR = Invalid("invalid_cursor", "cursor is not one this service returned")


def _moment_and_id(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    moment, identity = decode_cursor(cursor, 2)
    try:
        parsed = datetime.fromisoformat(str(moment))
    except ValueError as error:
        raise _BAD_CURSOR from error
    if parsed.tzinfo is None or "\x00" in str(identity):
        raise _BAD_CURSOR
    return parsed, str(identity)


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise _BAD_CURSOR from error


def _lists(request: Request) -> ListForMerchant:
    lists: ListForMerchant = request.app.state.list_for_merchant
    return lists


Lists = Annotated[ListForMerchant, Depends(_lists)]


@router.get("/refunds")
async def list_refunds(
    lists: Lists, order_id: UUID | None = None, limit: Limit = 20, cursor: Cursor = None
) -> Page[RefundView]:
    """Refunds, newest first, of all orders or of one."""
    key = _moment_and_id(cursor)
    before = (key[0], _uuid(key[1])) if key else None
    rows = await lists.refunds(order_id=order_id, before=before, limit=limit + 1)
    shown = [refund_view(row, for_merchant=True) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=shown,
        next_cursor=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
    )


@router.get("/disputes")
async def list_disputes(
    lists: Lists, limit: Limit = 20, cursor: Cursor = None
) -> Page[DisputeView]:
    """Disputes of shoppers' banks, newest first. They are answered in Stripe's dashboard."""
    rows = await lists.disputes(before=_moment_and_id(cursor), limit=limit + 1)
    shown = [dispute_view(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=shown,
        next_cursor=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
    )


@router.get("/alarms")
async def list_alarms(
    lists: Lists,
    open_only: Annotated[bool, Query(description="leave out what was looked at")] = True,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[AlarmView]:
    """What a person should look at, newest first."""
    before = _uuid(decode_cursor(cursor, 1)[0]) if cursor else None
    rows = await lists.alarms(open_only=open_only, before=before, limit=limit + 1)
    shown = [alarm_view(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if more else None)


@router.put("/alarms/{alarm_id}/resolved")
async def resolve_alarm(alarm_id: UUID, lists: Lists) -> AlarmView:
    """Note that somebody has looked at an alarm; repeating it changes nothing."""
    return alarm_view(await lists.resolve_alarm(alarm_id))
