"""The HTTP surface of cart for Mercato's other services."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request

from deployments.cart.application.read_orders import ReadOrders
from deployments.cart.application.show_cart import ShowCart
from deployments.cart.contract import CustomerExport, PurchaseCheck
from deployments.cart.domain.cart import Shopper
from deployments.cart.presentation.present import cart_view
from deployments.cart.presentation.present_orders import order_view
from deployments.shared.authentication import require_service

router = APIRouter(prefix="/internal", tags=["internal"])


@router.get(
    "/purchases/{user_id}/{product_id}", dependencies=[Depends(require_service("products"))]
)
async def purchases(user_id: UUID, product_id: UUID, request: Request) -> PurchaseCheck:
    """Has the customer paid for the product and not got all the money back? Products only."""
    use_case: ReadOrders = request.app.state.read_orders
    return PurchaseCheck(purchased=await use_case.has_purchased(user_id, product_id))


@router.get("/customers/{user_id}", dependencies=[Depends(require_service("auth"))])
async def customer(user_id: UUID, request: Request) -> CustomerExport:
    """Everything cart keeps about a customer; auth only."""
    show: ShowCart = request.app.state.show_cart
    orders: ReadOrders = request.app.state.read_orders
    return CustomerExport(
        cart=cart_view(await show(Shopper(user_id))),
        orders=[order_view(order) for order in await orders.all_of(user_id)],
    )
