"""What merchants do with fake orders and coupons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Header

from deployments.cart.contract import (
    Coupon,
    CouponRequest,
    FulfilRequest,
    MerchantOrderSummary,
    OrderCounts,
    OrderStatus,
    OrderView,
    RefundLine,
    RefundOrderRequest,
    RefundView,
    Shipment,
)
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_checkout import mark
from tests.unit.webapp.fake_world import World, euro

Authorization = Annotated[str | None, Header()]
_PAID = ("paid", "stock_committed", "fulfilled", "completed")


def _page(items: list[Any]) -> dict[str, Any]:
    return {"items": [item.model_dump(mode="json") for item in items], "next_cursor": None}


def desk_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/cart")
    _coupons(world, router)

    @router.get("/orders/all")
    async def every(
        status: str = "",
        number: str = "",
        email: str = "",
        authorization: Authorization = None,
    ) -> dict[str, Any]:
        world.require_role(authorization, "merchant")
        return _page(
            [
                _summary(order)
                for order in reversed(world.orders.values())
                if (not status or order.status == status)
                and order.number.startswith(number)
                and order.email.startswith(email)
            ]
        )

    @router.get("/orders/summary")
    async def counts(authorization: Authorization = None) -> OrderCounts:
        world.require_role(authorization, "merchant")
        states = [order.status for order in world.orders.values()]
        return OrderCounts(
            by_status={status: states.count(status) for status in get_args(OrderStatus)},
            total=len(states),
            to_fulfil=states.count("stock_committed"),
            alarmed=0,
        )

    @router.post("/orders/{order_id}/fulfil")
    async def fulfil(
        order_id: UUID, body: FulfilRequest, authorization: Authorization = None
    ) -> OrderView:
        world.require_role(authorization, "merchant")
        mark(world, order_id, "fulfilled")
        shipment = Shipment(**body.model_dump(mode="json"), shipped_at=datetime.now(UTC))
        world.orders[order_id] = world.orders[order_id].model_copy(update={"shipment": shipment})
        return world.orders[order_id]

    @router.post("/orders/{order_id}/complete")
    async def complete(order_id: UUID, authorization: Authorization = None) -> OrderView:
        world.require_role(authorization, "merchant")
        mark(world, order_id, "completed")
        return world.orders[order_id]

    @router.post("/orders/{order_id}/refunds", status_code=201)
    async def refund(
        order_id: UUID,
        body: RefundOrderRequest,
        key: Annotated[str, Header(alias="Idempotency-Key")],
        authorization: Authorization = None,
    ) -> RefundView:
        world.require_role(authorization, "merchant")
        order = world.orders[order_id]
        if key in world.refunds:
            return next(r for r in order.refunds if r.id == world.refunds[key])
        made = _refund(order, body)
        world.refunds[key] = made.id
        world.orders[order_id] = order.model_copy(
            update={
                "refunds": [*order.refunds, made],
                "refunded": euro(order.refunded.amount + made.amount.amount),
                "refundable": euro(order.refundable.amount - made.amount.amount),
            }
        )
        if made.full:
            mark(world, order_id, "refunding", "refunded")
        return made

    return router


def _refund(order: OrderView, body: RefundOrderRequest) -> RefundView:
    left = order.refundable.amount
    units = {line.variant_id: line.unit_price.amount for line in order.lines}
    lines = [
        RefundLine(
            variant_id=line.variant_id,
            quantity=line.quantity,
            amount=euro(units[line.variant_id] * line.quantity),
        )
        for line in body.lines
    ]
    shipping = order.totals.shipping.amount if body.shipping else 0
    amount = body.amount or sum(line.amount.amount for line in lines) + shipping
    amount = left if body.full else amount
    if amount > left:
        raise Conflict("refund_too_large", f"only {euro(left).to_money()} are left to refund")
    return RefundView(
        id=new_id(),
        order_id=order.id,
        state="succeeded",
        amount=euro(amount),
        lines=lines,
        shipping=euro(shipping),
        full=body.full,
        restock=body.restock,
        reason=body.reason,
        requested_by="merchant",
        created_at=datetime.now(UTC),
    )


def _summary(order: OrderView) -> MerchantOrderSummary:
    return MerchantOrderSummary(
        id=order.id,
        number=order.number,
        status=order.status,
        total=order.totals.total,
        item_count=sum(line.quantity for line in order.lines),
        created_at=order.created_at,
        email=order.email,
        customer_name=order.shipping_address.name,
        country=order.shipping_address.country,
        refunded=order.refunded,
        alarmed=bool(order.alarms),
    )


def _coupons(world: World, router: APIRouter) -> None:
    def by_id(coupon_id: UUID) -> Coupon:
        return next(c for c in world.coupons.values() if c.id == coupon_id)

    @router.get("/coupons")
    async def coupons(authorization: Authorization = None) -> dict[str, Any]:
        world.require_role(authorization, "merchant")
        return _page(list(reversed(world.coupons.values())))

    @router.post("/coupons", status_code=201)
    async def create(body: CouponRequest, authorization: Authorization = None) -> Coupon:
        world.require_role(authorization, "merchant")
        if body.code in world.coupons:
            raise Conflict("coupon_code_taken", "there is a coupon with this code")
        return add_coupon(world, body)

    @router.put("/coupons/{coupon_id}")
    async def change(
        coupon_id: UUID, body: CouponRequest, authorization: Authorization = None
    ) -> Coupon:
        world.require_role(authorization, "merchant")
        world.coupons.pop(by_id(coupon_id).code)
        return add_coupon(world, body, coupon_id)

    @router.delete("/coupons/{coupon_id}", status_code=204)
    async def delete(coupon_id: UUID, authorization: Authorization = None) -> None:
        world.require_role(authorization, "merchant")
        world.coupons.pop(by_id(coupon_id).code)


def add_coupon(world: World, body: CouponRequest, coupon_id: UUID | None = None) -> Coupon:
    coupon = Coupon(
        id=coupon_id or new_id(), uses=0, created_at=datetime.now(UTC), **body.model_dump()
    )
    world.coupons[coupon.code] = coupon
    return coupon
