"""The HTTP surface of orders for merchants: lists, parcels, refunds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status

from deployments.cart.application.check_out import request_hash
from deployments.cart.application.fulfil_order import CompleteOrder, FulfilOrder
from deployments.cart.application.ports import OrderFilter
from deployments.cart.application.read_orders import ReadOrders
from deployments.cart.application.refund_order import RefundOrder
from deployments.cart.contract import (
    FulfilRequest,
    MerchantOrderSummary,
    OrderCounts,
    OrderStatus,
    OrderView,
    Printable,
    RefundOrderRequest,
    RefundView,
)
from deployments.cart.domain.order_parts import Parcel
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import RefundWish
from deployments.cart.presentation.order_routes import IdempotencyKey
from deployments.cart.presentation.paging import before_cursor, page_of
from deployments.cart.presentation.present_orders import (
    counts_view,
    merchant_summary,
    order_view,
    refund_view,
)
from deployments.shared.authentication import require_roles
from deployments.shared.pagination import Cursor, Limit, Page
from deployments.shared.rate_limit import rate_limit
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["merchant"], dependencies=[Depends(require_roles(MERCHANT))])

Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _wanted(
    *,
    status: OrderStatus | None = None,
    number: Annotated[
        str | None,
        Query(max_length=20, pattern=Printable, description="beginning of the order number"),
    ] = None,
    email: Annotated[
        str | None,
        Query(max_length=320, pattern=Printable, description="beginning of the address"),
    ] = None,
    created_from: Day = None,
    created_to: Day = None,
    alarmed: bool | None = None,
) -> OrderFilter:
    return OrderFilter(
        status=Status(status) if status else None,
        number=number,
        email=email,
        created_from=_midnight(created_from) if created_from else None,
        created_before=_midnight(created_to + timedelta(days=1)) if created_to else None,
        alarmed=alarmed,
    )


@router.get("/orders/all")
async def all_orders(
    wanted: Annotated[OrderFilter, Depends(_wanted)],
    request: Request,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[MerchantOrderSummary]:
    """Everybody's orders, newest first. Days are whole days of UTC."""
    use_case: ReadOrders = request.app.state.read_orders
    orders = await use_case.page(wanted, before=before_cursor(cursor), limit=limit + 1)
    return page_of(orders, limit, merchant_summary)


@router.get("/orders/summary")
async def summary(request: Request) -> OrderCounts:
    """How many orders are in which state, and how many need a person."""
    use_case: ReadOrders = request.app.state.read_orders
    return counts_view(await use_case.counts())


@router.post("/orders/{order_id}/fulfil")
async def fulfil(order_id: UUID, body: FulfilRequest, request: Request) -> OrderView:
    """The parcel is on its way; the customer gets a mail. Saying the same again changes nothing,
    another parcel is refused."""
    use_case: FulfilOrder = request.app.state.fulfil_order
    url = str(body.tracking_url) if body.tracking_url else None
    parcel = Parcel(body.carrier, body.tracking_number, url)
    return order_view(await use_case(order_id, parcel), for_merchant=True)


@router.post("/orders/{order_id}/complete")
async def complete(order_id: UUID, request: Request) -> OrderView:
    """The parcel has arrived. Some days after it was sent that is assumed."""
    use_case: CompleteOrder = request.app.state.complete_order
    return order_view(await use_case(order_id), for_merchant=True)


@router.post(
    "/orders/{order_id}/refunds",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(rate_limit("120/minute"))],
)
async def refund(
    order_id: UUID, body: RefundOrderRequest, key: IdempotencyKey, request: Request
) -> RefundView:
    """Give money back: all that is left, lines and/or the shipping, or an amount; never more than
    was paid. The same key again gives the same refund. It may still be `pending` in the answer."""
    use_case: RefundOrder = request.app.state.refund_order
    wish = RefundWish(
        reason=body.reason,
        requested_by="merchant",
        full=body.full,
        lines={line.variant_id: line.quantity for line in body.lines},
        shipping=body.shipping,
        amount=body.amount,
        restock=body.restock,
    )
    wanted = request_hash(body.model_dump(mode="json"))
    order, made = await use_case(order_id, wish, key, wanted)
    return refund_view(order, made, for_merchant=True)
