"""The HTTP surface of checkout and orders."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, status

from deployments.cart.application.cancel_order import CancelOrder
from deployments.cart.application.check_out import CheckOut, request_hash
from deployments.cart.application.ports import OrderFilter
from deployments.cart.application.read_orders import ReadOrders
from deployments.cart.contract import CheckoutRequest, OrderSummary, OrderView
from deployments.cart.domain.order_parts import Placement
from deployments.cart.presentation.paging import before_cursor, page_of
from deployments.cart.presentation.present_orders import order_summary, order_view
from deployments.shared.authentication import CurrentPrincipal, CurrentUserId
from deployments.shared.pagination import Cursor, Limit, Page
from deployments.shared.rate_limit import rate_limit
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["orders"])

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{8,100}$",
        description="new for each request, the same when it is repeated",
        examples=["0198c2f4-7a52-7c3e-9f0a-6f1f6d5f2a11"],
    ),
]


@router.post(
    "/checkout",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(rate_limit("60/minute"))],
)
async def check_out(
    body: CheckoutRequest, key: IdempotencyKey, user_id: CurrentUserId, request: Request
) -> OrderView:
    """Order the cart: hold its stock and prepare the payment (`payment_id`). After a 503 or a
    lost answer send the same request with the same key again: it goes on where it stopped."""
    use_case: CheckOut = request.app.state.check_out
    placement = Placement(
        user_id=user_id,
        email=body.email,
        shipping_method=body.shipping_method,
        shipping_address=body.shipping_address.model_dump(),
        idempotency_key=key,
        # The visit a repeat comes from is no part of what is ordered.
        request_hash=request_hash(
            body.model_dump(mode="json", exclude_none=True, exclude={"session_id"})
        ),
        session_id=body.session_id,
    )
    return order_view(await use_case(placement, body.cart_version, body.seen_total))


@router.get("/orders")
async def own_orders(
    user_id: CurrentUserId, request: Request, limit: Limit = 20, cursor: Cursor = None
) -> Page[OrderSummary]:
    """The signed-in user's orders, newest first."""
    use_case: ReadOrders = request.app.state.read_orders
    own = OrderFilter(user_id=user_id)
    orders = await use_case.page(own, before=before_cursor(cursor), limit=limit + 1)
    return page_of(orders, limit, order_summary)


@router.get("/orders/{order_id}")
async def order(
    order_id: UUID, principal: CurrentPrincipal, user_id: CurrentUserId, request: Request
) -> OrderView:
    """One order of the signed-in user; a merchant may read any."""
    use_case: ReadOrders = request.app.state.read_orders
    if principal.has_role(MERCHANT):
        return order_view(await use_case.any(order_id), for_merchant=True)
    return order_view(await use_case.own(user_id, order_id))


@router.post("/orders/{order_id}/cancel")
async def cancel(order_id: UUID, user_id: CurrentUserId, request: Request) -> OrderView:
    """Give an order up that was not sent. An unpaid one is `cancelling` until its payment is known
    to be off; what was paid is refunded in full."""
    use_case: CancelOrder = request.app.state.cancel_order
    return order_view(await use_case(user_id, order_id))
