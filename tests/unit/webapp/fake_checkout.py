"""The fake cart and its orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header

from deployments.cart.contract import (
    AddItemRequest,
    ApplyCouponRequest,
    CartCoupon,
    CartItem,
    CartView,
    ChangeItemRequest,
    CheckoutRequest,
    Country,
    CouponProblem,
    LineProblem,
    MergeRequest,
    OrderEvent,
    OrderLine,
    OrderSummary,
    OrderView,
    ShippingMethod,
    Totals,
)
from deployments.payments.contract import PaymentView
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_world import Cart, World, euro

Authorization = Annotated[str | None, Header()]


CartToken = Annotated[str | None, Header(alias="X-Cart-Token")]


def _cart_view(world: World, cart: Cart | None, token: str | None) -> CartView:
    if cart is None:
        return CartView(token=token, subtotal=euro(0))
    items = []
    for item_id, (variant_id, quantity) in cart.lines.items():
        product, variant = world.variant(variant_id)
        text = f"only {variant.available} left"
        problems = []
        if quantity > variant.available:
            problems.append(
                LineProblem(code="insufficient_stock", detail=text, available=variant.available)
            )
        if variant_id in world.changed_prices:
            problems.append(
                LineProblem(
                    code="price_changed",
                    detail="the price has changed",
                    old_price=euro(world.changed_prices[variant_id]),
                    new_price=variant.price,
                )
            )
        items.append(
            CartItem(
                id=item_id,
                variant_id=variant_id,
                product_id=product.id,
                slug=product.slug,
                title=product.title,
                sku=variant.sku,
                options=variant.options,
                image_url=product.images[0].url,
                quantity=quantity,
                unit_price=variant.price,
                line_total=euro(variant.price.amount * quantity),
                available=None if world.stale else variant.available,
                problems=problems,
            )
        )
    subtotal = sum(item.line_total.amount for item in items)
    entered = _entered(world, cart, subtotal)
    return CartView(
        id=cart.id,
        version=cart.version,
        token=token,
        items=items,
        item_count=sum(item.quantity for item in items),
        live=not world.stale,
        subtotal=euro(subtotal),
        coupon=entered,
        discount=euro(_discount(world, entered, subtotal)),
    )


def _entered(world: World, cart: Cart, subtotal: int) -> CartCoupon | None:
    code = world.entered.get(cart.id)
    if code is None:
        return None
    coupon = world.coupons[code]
    problem = None
    if subtotal < coupon.min_subtotal:
        least = euro(coupon.min_subtotal)
        problem = CouponProblem(
            code="coupon_below_minimum",
            detail=f"{code} is for orders from {least.to_money()}",
            required=least,
        )
    return CartCoupon(code=code, description=coupon.description, kind=coupon.kind, problem=problem)


def _discount(world: World, entered: CartCoupon | None, subtotal: int) -> int:
    if entered is None or entered.problem:
        return 0
    coupon = world.coupons[entered.code]
    if coupon.kind == "percentage":
        return subtotal * coupon.value // 100
    return min(coupon.value, subtotal) if coupon.kind == "amount" else 0


_METHODS = {
    "standard": ("Standard", "3 to 5 working days", 490),
    "express": ("Express", "Tomorrow", 1290),
}


def _totals(world: World, view: CartView, method: str) -> Totals:
    subtotal, discount = view.subtotal.amount, view.discount.amount
    free = world.free_delivery or (view.coupon and view.coupon.kind == "free_shipping")
    shipping = 0 if free and method == "standard" else _METHODS[method][2]
    total = subtotal + shipping - discount
    return Totals(
        subtotal=euro(subtotal),
        shipping=euro(shipping),
        tax=euro(0),
        discount=euro(discount),
        total=euro(total),
        included_tax=euro(round(total * 19 / 119)),
    )


def cart_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/cart")

    def holder(authorization: str | None, token: str | None) -> tuple[str, str | None]:
        user = world.user(authorization)
        if user:
            return str(user), None
        token = token or f"guest-{new_id()}"
        return token, token

    def changed(key: str, token: str | None) -> CartView:
        world.carts[key].version += 1
        return _cart_view(world, world.carts[key], token)

    @router.get("")
    async def show(authorization: Authorization = None, token: CartToken = None) -> CartView:
        key, guest = holder(authorization, token)
        return _cart_view(world, world.carts.get(key), guest)

    @router.post("/add")
    async def add(
        body: AddItemRequest, authorization: Authorization = None, token: CartToken = None
    ) -> CartView:
        key, guest = holder(authorization, token)
        cart = world.carts.setdefault(key, Cart())
        _, variant = world.variant(body.variant_id)
        item, had = next(
            ((i, q) for i, (v, q) in cart.lines.items() if v == body.variant_id), (new_id(), 0)
        )
        if had + body.quantity > variant.available:
            raise Conflict("insufficient_stock", f"only {variant.available} left")
        cart.lines[item] = (body.variant_id, had + body.quantity)
        return changed(key, guest)

    @router.put("/items/{item_id}")
    async def change(
        item_id: UUID,
        body: ChangeItemRequest,
        authorization: Authorization = None,
        token: CartToken = None,
    ) -> CartView:
        key, guest = holder(authorization, token)
        variant_id, _ = world.carts[key].lines[item_id]
        world.carts[key].lines[item_id] = (variant_id, body.quantity)
        return changed(key, guest)

    @router.delete("/remove/{item_id}")
    async def remove(
        item_id: UUID, authorization: Authorization = None, token: CartToken = None
    ) -> CartView:
        key, guest = holder(authorization, token)
        world.carts[key].lines.pop(item_id, None)
        return changed(key, guest)

    @router.post("/merge")
    async def merge(body: MergeRequest, authorization: Authorization = None) -> CartView:
        key = str(world.require(authorization))
        guest = world.carts.pop(body.cart_token, None)
        own = world.carts.setdefault(key, Cart())
        own.lines |= guest.lines if guest else {}
        return changed(key, None)

    @router.get("/shipping-methods")
    async def methods(country: str) -> list[ShippingMethod]:
        return [
            ShippingMethod(code=code, name=name, description=text, price=euro(price))
            for code, (name, text, price) in _METHODS.items()
        ]

    @router.get("/quote")
    async def quote(
        country: str, shipping_method: str, authorization: Authorization = None
    ) -> Totals:
        cart = world.carts.get(str(world.require(authorization)))
        return _totals(world, _cart_view(world, cart, None), shipping_method)

    @router.get("/countries")
    async def countries() -> list[Country]:
        names = {"AT": "Austria", "DE": "Germany", "US": "United States"}
        return [Country(code=c, name=n, tax_included=c != "US") for c, n in names.items()]

    @router.post("/accept-prices")
    async def accept(authorization: Authorization = None, token: CartToken = None) -> CartView:
        key, guest = holder(authorization, token)
        world.changed_prices.clear()
        return changed(key, guest)

    @router.put("/coupon")
    async def enter(
        body: ApplyCouponRequest, authorization: Authorization = None, token: CartToken = None
    ) -> CartView:
        key, guest = holder(authorization, token)
        code = body.code.upper()
        if code not in world.coupons:
            raise NotFound("unknown_coupon", f"there is no coupon {code}; check the code")
        cart = world.carts[key]
        world.entered[cart.id] = code
        view = _cart_view(world, cart, guest)
        if view.coupon and view.coupon.problem:
            del world.entered[cart.id]
            raise Conflict(view.coupon.problem.code, view.coupon.problem.detail)
        return changed(key, guest)

    @router.delete("/coupon")
    async def take_off(authorization: Authorization = None, token: CartToken = None) -> CartView:
        key, guest = holder(authorization, token)
        world.entered.pop(world.carts[key].id, None)
        return changed(key, guest)

    @router.post("/checkout", status_code=201)
    async def checkout(
        body: CheckoutRequest,
        key: Annotated[str, Header(alias="Idempotency-Key")],
        authorization: Authorization = None,
    ) -> OrderView:
        user = world.require(authorization)
        if key in world.keys:
            return world.orders[world.keys[key]]
        view = _cart_view(world, world.carts.get(str(user)), None)
        if not view.items:
            raise Conflict("cart_empty", "the cart is empty; add something first")
        if body.cart_version != view.version:
            raise Conflict("cart_changed", "the cart has changed since you saw it")
        if any(item.problems for item in view.items):
            raise Conflict("cart_has_problems", "not enough in stock")
        order = new_order(world, body, view, number=f"M-{100042 + len(world.orders)}")
        if body.seen_total not in (None, order.totals.total.amount):
            raise Conflict("total_changed", "the total is another one by now")
        world.sessions.append(body.session_id)
        payment = PaymentView(
            id=order.payment_id or new_id(),
            order_id=order.id,
            status="requires_payment_method",
            amount=order.totals.total,
            created_at=order.created_at,
        )
        world.orders[order.id], world.payments[payment.id] = order, payment
        world.owners[order.id], world.keys[key] = user, order.id
        world.carts.pop(str(user))
        if order.totals.total.amount == 0:
            mark(world, order.id, "paid", "stock_committed")
        return world.orders[order.id]

    def own(order_id: UUID, authorization: str | None) -> OrderView:
        user = world.require(authorization)
        staff = {"merchant", "admin"} & set(world.account(user).roles)
        if world.owners.get(order_id) != user and not (staff and order_id in world.orders):
            raise NotFound("unknown_order", "there is no such order among yours")
        return _settle(world, order_id)

    @router.get("/orders")
    async def orders(authorization: Authorization = None) -> dict[str, Any]:
        user = world.require(authorization)
        own_orders = [_settle(world, i) for i, owner in world.owners.items() if owner == user]
        rows = [
            OrderSummary(
                id=order.id,
                number=order.number,
                status=order.status,
                total=order.totals.total,
                item_count=sum(line.quantity for line in order.lines),
                image_url=order.lines[0].image_url,
                created_at=order.created_at,
            )
            for order in reversed(own_orders)
        ]
        return {"items": [row.model_dump(mode="json") for row in rows], "next_cursor": None}

    @router.get("/orders/{order_id}")
    async def order(order_id: UUID, authorization: Authorization = None) -> OrderView:
        return own(order_id, authorization)

    @router.post("/orders/{order_id}/cancel")
    async def cancel(order_id: UUID, authorization: Authorization = None) -> OrderView:
        order = own(order_id, authorization)
        if order.status == "stock_committed":
            mark(world, order_id, "refunding", "refunded")
        else:
            mark(world, order_id, "cancelled")
        world.orders[order_id] = world.orders[order.id].model_copy(update={"cancellable": False})
        return world.orders[order_id]

    return router


def new_order(world: World, body: CheckoutRequest, view: CartView, number: str) -> OrderView:
    now = datetime.now(UTC)
    fields = OrderLine.model_fields.keys() - {"discount"}
    totals = _totals(world, view, body.shipping_method)
    return OrderView(
        id=new_id(),
        number=number,
        status="payment_pending",
        lines=[OrderLine(**{name: getattr(item, name) for name in fields}) for item in view.items],
        totals=totals,
        refunded=euro(0),
        refundable=totals.total,
        cancellable=True,
        shipping_method=body.shipping_method,
        shipping_address=body.shipping_address,
        email=body.email,
        payment_id=new_id(),
        expires_at=now + timedelta(minutes=15),
        timeline=[OrderEvent(status="created", at=now)],
        created_at=now,
    )


def mark(world: World, order_id: UUID, *statuses: str) -> None:
    order = world.orders[order_id]
    for status in statuses:
        event = OrderEvent(status=status, at=datetime.now(UTC))  # type: ignore[arg-type]
        order = order.model_copy(update={"status": status, "timeline": [*order.timeline, event]})
    world.orders[order_id] = order


def _settle(world: World, order_id: UUID) -> OrderView:
    """An order becomes paid ``settle_seconds`` after its payment succeeded, as by a webhook."""
    order = world.orders[order_id]
    payment = world.payments.get(order.payment_id) if order.payment_id else None
    if order.status == "payment_pending" and payment and payment.status == "succeeded":
        since = (datetime.now(UTC) - payment.created_at).total_seconds()
        if since >= world.settle_seconds:
            mark(world, order_id, "paid", "stock_committed")
    return world.orders[order_id]
