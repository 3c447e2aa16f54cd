"""The six services and the card provider as the store sees them, in memory.

For unit tests over ASGI, and to look at pages without the stack:
``python -m tests.unit.webapp.fake_api 21000``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, FastAPI, Form, Header, Query, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from deployments.auth.contract import Account, Tokens
from deployments.cart.contract import (
    AddItemRequest,
    CartItem,
    CartView,
    ChangeItemRequest,
    CheckoutRequest,
    LineProblem,
    MergeRequest,
    OrderEvent,
    OrderLine,
    OrderSummary,
    OrderView,
    ShippingMethod,
    Totals,
)
from deployments.payments.contract import ConfirmRequest, PaymentFailure, PaymentView
from deployments.products.contract import (
    Category,
    CategoryReference,
    Image,
    ProductCard,
    ProductDetail,
    Variant,
)
from deployments.search.contract import (
    Facet,
    FacetValue,
    Offer,
    PriceComparison,
    SearchHit,
    SearchResponse,
)
from deployments.shared.errors import Conflict, DomainError, NotFound, Unauthenticated
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema
from webapp.views import card_of_detail

_NAMES = UUID("0198c2f4-7a52-7c3e-9f0a-6f1f6d5f2a11")
_START = datetime(2026, 3, 1, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"

# title, category, brand, price, compare-at, picture, options
# ruff: noqa: E501, PLR0917
_CATALOGUE: list[tuple[str, str, str, int, int | None, str, dict[str, list[str]]]] = [
    (
        "Trail bottle 750 ml",
        "outdoor/camping",
        "Nordwind",
        2490,
        2990,
        "1f9cb",
        {"Colour": ["Navy", "Forest green", "Sand"], "Size": ["500 ml", "750 ml"]},
    ),
    ("Two-person dome tent", "outdoor/camping", "Fernweh", 18900, None, "26fa", {}),
    ("Canvas day backpack", "outdoor/bags", "Fernweh", 7900, 9900, "1f392", {"Colour": ["Red", "Olive"]}),
    ("Running shoes Velo 3", "sport/running", "Kite", 12900, None, "1f45f", {"Size": ["41", "42", "43"]}),
    ("Training football", "sport/ball-games", "Kite", 2990, None, "26bd", {}),
    ("Travel guitar with gig bag", "music/strings", "Larkwood", 21900, 24900, "1f3b8", {}),
    ("Snare drum, maple", "music/drums", "Larkwood", 15900, None, "1f941", {}),
    ("Reading lamp with a very long name that needs two lines", "home/light", "Hygge & Sons", 5990, None, "1f4a1", {"Colour": ["Black", "Cream"]}),
    ("Linen armchair", "home/seating", "Hygge & Sons", 34900, 39900, "1fa91", {}),
    ("Cast-iron pan 26 cm", "kitchen/cookware", "Brasa", 4490, None, "1f373", {}),
    ("Teapot with strainer", "kitchen/tea-coffee", "Brasa", 3290, None, "1fad6", {}),
    ("Stovetop coffee maker", "kitchen/tea-coffee", "Brasa", 3990, None, "2615", {}),
    ("Film camera Mono 35", "tech/cameras", "Lumen", 27900, None, "1f4f7", {}),
    ("Wireless headphones", "tech/audio", "Lumen", 14900, 19900, "1f3a7", {"Colour": ["Black", "White", "Coral"]}),
    ("Wooden train set", "toys/classics", "Klick", 4990, None, "1f682", {}),
    ("Plush bear, medium", "toys/classics", "Klick", 2490, None, "1f9f8", {}),
    ("Cotton T-shirt", "clothing/tops", "Plain", 1990, None, "1f455", {"Colour": ["Navy", "White", "Rose"], "Size": ["S", "M", "L", "XL"]}),
    ("Wool scarf", "clothing/accessories", "Plain", 3990, None, "1f9e3", {}),
]  # fmt: skip
_GROUNDS = ("#EFE4D2", "#DCE9E1", "#F3DCD2", "#DFE5F0", "#EEDDE4", "#E7E4CE")


def _id(name: str) -> UUID:
    return uuid5(_NAMES, name)


def euro(amount: int) -> MoneySchema:
    return MoneySchema(amount=amount, currency="EUR")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _variants(slug: str, price: int, compare_at: int | None, options: dict[str, list[str]]) -> Any:
    combinations: list[dict[str, str]] = [{}]
    for name, values in options.items():
        combinations = [{**kept, name: value} for kept in combinations for value in values]
    return [
        Variant(
            id=_id(f"{slug}-{index}"),
            sku=f"{slug[:6].upper()}-{index:02}",
            options=combination,
            price=euro(price + (400 if index % 5 == 4 else 0)),
            compare_at=euro(compare_at) if compare_at else None,
            available=0 if index == 1 and len(combinations) > 1 else 3 + 7 * (index % 3),
            position=index,
            image_id=_id(f"{slug}-image-{index % 2}"),
        )
        for index, combination in enumerate(combinations)
    ]


def _product(index: int, row: Any) -> ProductDetail:
    title, path, brand, price, compare_at, picture, options = row
    slug = _slug(title)
    leaf = path.split("/")[1]
    return ProductDetail(
        id=_id(slug),
        slug=slug,
        title=title,
        description=(
            f"{title} by {brand}: made to be used every day and to be repaired, not replaced. "
            "Quiet in design, precise in the details.\n\n"
            "Comes in plain packaging with a booklet that says where each part is from."
        ),
        brand=brand,
        category=CategoryReference(slug=leaf, name=leaf.replace("-", " & ").title(), path=path),
        attributes={"Material": "Steel", "Weight": "320 g", "Made in": "Portugal"},
        status="published",
        images=[
            Image(
                id=_id(f"{slug}-image-{shade}"),
                url=f"/products/media/{picture}-{(index + 2 * shade) % len(_GROUNDS)}",
                alt=title,
                width=800,
                height=800,
                position=shade,
            )
            for shade in range(2)
        ],
        variants=_variants(slug, price, compare_at, options),
        created_at=_START + timedelta(days=index),
        updated_at=_START + timedelta(days=index),
        version=1,
    )


@dataclass
class Cart:
    id: UUID = field(default_factory=new_id)
    version: int = 0
    lines: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)


@dataclass
class World:
    """All there is, and what the store asked for (``calls``)."""

    products: dict[UUID, ProductDetail] = field(default_factory=dict)
    accounts: dict[str, tuple[Account, str]] = field(default_factory=dict)
    access: dict[str, UUID] = field(default_factory=dict)
    refresh: dict[str, UUID] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    carts: dict[str, Cart] = field(default_factory=dict)
    orders: dict[UUID, OrderView] = field(default_factory=dict)
    owners: dict[UUID, UUID] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)
    payments: dict[UUID, PaymentView] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    settle_seconds: float = 0.0
    pictures: Path | None = None

    def __post_init__(self) -> None:
        for index, row in enumerate(_CATALOGUE):
            product = _product(index, row)
            self.products[product.id] = product
        self.add_account("shopper@example.com", "Ada Lovelace")

    def add_account(self, email: str, name: str, password: str = PASSWORD) -> Account:
        account = Account(id=new_id(), email=email, name=name, roles=["shopper"], created_at=_START)
        self.accounts[email] = (account, password)
        return account

    def tokens(self, account: Account) -> Tokens:
        access, refresh = f"access-{new_id()}", f"refresh-{new_id()}"
        self.access[access] = self.refresh[refresh] = account.id
        return Tokens(access_token=access, expires_in=900, refresh_token=refresh, account=account)

    def variant(self, variant_id: UUID) -> tuple[ProductDetail, Variant]:
        for product in self.products.values():
            for variant in product.variants:
                if variant.id == variant_id:
                    return product, variant
        raise NotFound("unknown_variant", "there is no such variant")

    def user(self, authorization: str | None) -> UUID | None:
        return self.access.get((authorization or "").removeprefix("Bearer "))

    def require(self, authorization: str | None) -> UUID:
        user = self.user(authorization)
        if user is None:
            raise Unauthenticated("not_authenticated", "sign in first")
        return user


Authorization = Annotated[str | None, Header()]
CartToken = Annotated[str | None, Header(alias="X-Cart-Token")]


def _auth(world: World) -> APIRouter:
    router = APIRouter(prefix="/auth")

    @router.post("/register", status_code=201)
    async def register(body: dict[str, str]) -> Tokens:
        if body["email"] in world.accounts:
            raise Conflict("email_taken", "an account with this e-mail address exists; sign in")
        return world.tokens(world.add_account(body["email"], body["name"], body["password"]))

    @router.post("/login")
    async def login(body: dict[str, str]) -> Tokens:
        account, password = world.accounts.get(body["email"], (None, ""))
        if account is None or password != body["password"]:
            raise Unauthenticated("wrong_credentials", "e-mail address or password is wrong")
        return world.tokens(account)

    @router.post("/refresh")
    async def refresh(body: dict[str, str]) -> Tokens:
        token = body["refresh_token"]
        user = world.refresh.get(token)
        if user is None or token in world.used:
            world.refresh = {t: u for t, u in world.refresh.items() if u != user}
            raise Unauthenticated("invalid_refresh_token", "sign in again")
        world.used.add(token)
        return world.tokens(next(a for a, _ in world.accounts.values() if a.id == user))

    @router.post("/logout", status_code=204)
    async def logout(body: dict[str, str]) -> None:
        world.refresh.pop(body["refresh_token"], None)

    return router


def _products(world: World) -> APIRouter:
    router = APIRouter(prefix="/products")

    @router.get("")
    async def browse(
        request: Request,
        category: str = "",
        brand: Annotated[list[str] | None, Query()] = None,
        price_min: int = 0,
        price_max: int = 10**9,
        in_stock: bool = False,
        sort: str = "newest",
        limit: int = 24,
        cursor: str = "0",
    ) -> dict[str, Any]:
        found = _filter(world, category, brand, price_min, price_max, in_stock)
        start, end = int(cursor), int(cursor) + limit
        cards = _sort(found, sort)
        return {
            "items": [card.model_dump(mode="json") for card in cards[start:end]],
            "next_cursor": str(end) if end < len(cards) else None,
        }

    @router.get("/categories")
    async def categories() -> list[Category]:
        paths: dict[str, int] = {}
        for product in world.products.values():
            if product.category:
                top, _ = product.category.path.split("/")
                for path in (top, product.category.path):
                    paths[path] = paths.get(path, 0) + 1
        return [
            Category(
                id=_id(path),
                slug=path.split("/")[-1],
                name=path.split("/")[-1].replace("-", " & ").title(),
                path=path,
                parent_id=_id(path.split("/")[0]) if "/" in path else None,
                product_count=count,
            )
            for path, count in paths.items()
        ]

    @router.get("/by-slug/{slug}")
    async def by_slug(slug: str) -> ProductDetail:
        for product in world.products.values():
            if product.slug == slug:
                return product
        raise NotFound("unknown_product", "there is no such product")

    @router.get("/media/{key}")
    async def media(key: str) -> Response:
        return _picture(world.pictures, key)

    @router.get("/{product_id}")
    async def get(product_id: UUID) -> ProductDetail:
        if product_id not in world.products:
            raise NotFound("unknown_product", "there is no such product")
        return world.products[product_id]

    return router


def _filter(
    world: World, category: str, brand: list[str] | None, low: int, high: int, in_stock: bool
) -> list[ProductDetail]:
    def fits(product: ProductDetail) -> bool:
        path = product.category.path if product.category else ""
        card = card_of_detail(product)
        return (
            (not category or path == category or path.startswith(category + "/"))
            and (not brand or product.brand in brand)
            and low <= card.price_from.amount <= high
            and (card.in_stock or not in_stock)
        )

    return [product for product in world.products.values() if fits(product)]


def _sort(products: list[ProductDetail], sort: str) -> list[ProductCard]:
    cards = [card_of_detail(product) for product in products]
    if sort == "price_asc":
        return sorted(cards, key=lambda card: card.price_from.amount)
    if sort == "price_desc":
        return sorted(cards, key=lambda card: -card.price_from.amount)
    if sort == "title":
        return sorted(cards, key=lambda card: card.title)
    return cards[::-1] if sort == "newest" else cards


@lru_cache
def _picture(folder: Path | None, key: str) -> Response:
    name, shade = key.rsplit("-", 1)
    ground = _GROUNDS[int(shade)]
    file = folder / f"{name}.webp" if folder else None
    if file is None or not file.is_file():
        circle = f'<circle cx="50" cy="50" r="26" fill="{_GROUNDS[int(shade) - 1]}"/>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="{ground}"/>{circle}</svg>'
        return Response(svg, media_type="image/svg+xml")
    from io import BytesIO

    from PIL import Image as Picture

    canvas = Picture.new("RGB", (800, 800), ground)
    with Picture.open(file) as thing:
        art = thing.convert("RGBA").resize((480, 480))
    canvas.paste(art, (160, 160), art)
    data = BytesIO()
    canvas.save(data, "WEBP", quality=85)
    return Response(data.getvalue(), media_type="image/webp")


def _search(world: World) -> APIRouter:
    router = APIRouter(prefix="/ai")

    @router.get("/search")
    async def search(
        query: str,
        category: str = "",
        brand: Annotated[list[str] | None, Query()] = None,
        price_min: int = 0,
        price_max: int = 10**9,
        in_stock: bool = False,
        sort: str = "relevance",
    ) -> SearchResponse:
        found = _filter(world, category, brand, price_min, price_max, in_stock)
        if "hike" in query:
            found = [p for p in found if p.category and p.category.path.startswith("outdoor")]
        elif "zzz" in query:
            found = []
        cards = _sort(found, sort)
        brands: dict[str, int] = {}
        for card in cards:
            brands[card.brand or ""] = brands.get(card.brand or "", 0) + 1
        return SearchResponse(
            query=query,
            items=[SearchHit(product=card, score=0.5, matched_by=["meaning"]) for card in cards],
            total=len(cards),
            facets=[
                Facet(
                    field="brand",
                    values=[FacetValue(value=b, label=b, count=n) for b, n in brands.items()],
                )
            ],
            mode="lexical" if "slow" in query else "hybrid",
            index_version="1",
            took_ms=3,
        )

    @router.get("/similar/{product_id}")
    async def similar(product_id: UUID, limit: int = 8) -> list[ProductCard]:
        return _sort(list(world.products.values()), "relevance")[:limit]

    @router.get("/prices/{product_id}")
    async def prices(product_id: UUID) -> PriceComparison:
        ours = card_of_detail(world.products[product_id]).price_from
        offers = [
            Offer(
                merchant=merchant,
                title="the same",
                url=f"https://{merchant.lower()}.example/p/1",
                price=euro(ours.amount + step),
                shipping=euro(shipping),
                total=euro(ours.amount + step + shipping),
                in_stock=stock,
                matched_by="gtin",
                confidence=1,
                fetched_at=_START,
            )
            for merchant, step, shipping, stock in (
                ("Bergkauf", -150, 0, True),
                ("Allerlei", 210, 0, True),
                ("Preisfuchs", 40, 490, False),
            )
        ]
        return PriceComparison(
            product_id=product_id, our_price=ours, offers=offers, position=2, updated_at=_START
        )

    return router


def _cart_view(world: World, cart: Cart | None, token: str | None) -> CartView:
    if cart is None:
        return CartView(token=token, subtotal=euro(0))
    items = []
    for item_id, (variant_id, quantity) in cart.lines.items():
        product, variant = world.variant(variant_id)
        short = quantity > variant.available
        text = f"only {variant.available} left"
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
                available=variant.available,
                problems=[LineProblem(code="insufficient_stock", detail=text)] if short else [],
            )
        )
    return CartView(
        id=cart.id,
        version=cart.version,
        token=token,
        items=items,
        item_count=sum(item.quantity for item in items),
        subtotal=euro(sum(item.line_total.amount for item in items)),
    )


_METHODS = {"standard": ("Standard", "3 to 5 working days", 490), "express": ("Express", "Tomorrow", 1290)}  # fmt: skip


def _totals(subtotal: int, method: str) -> Totals:
    shipping = _METHODS[method][2]
    total = subtotal + shipping
    return Totals(
        subtotal=euro(subtotal),
        shipping=euro(shipping),
        tax=euro(0),
        discount=euro(0),
        total=euro(total),
        included_tax=euro(round(total * 19 / 119)),
    )


def _cart(world: World) -> APIRouter:
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
        return _totals(_cart_view(world, cart, None).subtotal.amount, shipping_method)

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
        order = _order(body, view, number=f"M-{100042 + len(world.orders)}")
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
        return order

    def own(order_id: UUID, authorization: str | None) -> OrderView:
        user = world.require(authorization)
        if world.owners.get(order_id) != user:
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
        _mark(world, order_id, "cancelled")
        return world.orders[order.id]

    return router


def _order(body: CheckoutRequest, view: CartView, number: str) -> OrderView:
    now = datetime.now(UTC)
    fields = OrderLine.model_fields
    return OrderView(
        id=new_id(),
        number=number,
        status="payment_pending",
        lines=[OrderLine(**{name: getattr(item, name) for name in fields}) for item in view.items],
        totals=_totals(view.subtotal.amount, body.shipping_method),
        shipping_method=body.shipping_method,
        shipping_address=body.shipping_address,
        email=body.email,
        payment_id=new_id(),
        expires_at=now + timedelta(minutes=15),
        timeline=[OrderEvent(status="created", at=now)],
        created_at=now,
    )


def _mark(world: World, order_id: UUID, *statuses: str) -> None:
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
            _mark(world, order_id, "paid", "stock_committed")
    return world.orders[order_id]


def _payments(world: World) -> APIRouter:
    router = APIRouter(prefix="/payments")

    @router.post("/confirm")
    async def confirm(
        body: ConfirmRequest, request: Request, authorization: Authorization = None
    ) -> PaymentView:
        world.require(authorization)
        payment = world.payments[body.payment_id]
        number = world.cards.get(body.payment_method, "")
        update: dict[str, Any] = {"status": "succeeded", "created_at": datetime.now(UTC)}
        if number.endswith("0002"):
            failure = PaymentFailure(code="card_declined", message="Your card was declined.")
            update = {"status": "requires_payment_method", "failure": failure}
        elif number.endswith("3155"):
            page = f"{request.base_url}3ds/{payment.id}?back={body.return_url}"
            update = {"status": "requires_action", "next_action_url": page}
        world.payments[payment.id] = payment.model_copy(update=update)
        return world.payments[payment.id]

    @router.get("/{payment_id}")
    async def get(payment_id: UUID) -> PaymentView:
        return world.payments[payment_id]

    return router


def _analytics(world: World) -> APIRouter:
    router = APIRouter(prefix="/analytics")

    @router.post("/events", status_code=202)
    async def events(body: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
        world.events.extend(body["events"])
        return {"accepted": len(body["events"])}

    @router.get("/products/popular")
    async def popular(limit: int = 12) -> list[dict[str, Any]]:
        return [
            {"product_id": str(p.id), "title": p.title, "score": 1, "views": 3, "purchases": 1}
            for p in list(world.products.values())[:limit]
        ]

    return router


def _provider(world: World) -> APIRouter:
    """What the card provider does."""
    router = APIRouter()

    @router.post("/v1/payment_methods")
    async def payment_methods(number: Annotated[str, Form(alias="card[number]")]) -> Response:
        if number.endswith("0069"):
            return JSONResponse({"error": {"message": "Your card has expired."}}, 402)
        token = f"pm_{new_id().hex}"
        world.cards[token] = number
        return JSONResponse({"id": token, "object": "payment_method"})

    @router.get("/3ds/{payment_id}")
    async def ask(payment_id: UUID, back: str) -> HTMLResponse:
        links = "".join(
            f'<p><a href="/3ds/{payment_id}/{answer}?back={back}">{answer}</a></p>'
            for answer in ("complete", "fail")
        )
        return HTMLResponse(f"<h1>Your bank asks: is this you?</h1>{links}")

    @router.get("/3ds/{payment_id}/{answer}")
    async def answered(payment_id: UUID, answer: str, back: str) -> RedirectResponse:
        ok = answer == "complete"
        failure = PaymentFailure(code="authentication_failed", message="The bank said no.")
        world.payments[payment_id] = world.payments[payment_id].model_copy(
            update={
                "status": "succeeded" if ok else "requires_payment_method",
                "failure": None if ok else failure,
                "created_at": datetime.now(UTC),
                "next_action_url": None,
            }
        )
        return RedirectResponse(back)

    return router


def create_fake_api(world: World) -> FastAPI:
    app = FastAPI()
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]
    )

    @app.middleware("http")
    async def note(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        world.calls.append(f"{request.method} {request.url.path}")
        if request.url.path.split("/")[1] in world.down:
            return JSONResponse({"code": "down", "detail": "out of order"}, 503)
        return await call_next(request)

    @app.exception_handler(DomainError)
    async def problem(_: Request, error: DomainError) -> JSONResponse:
        body = {"code": error.code, "detail": error.detail, "status": error.status, **error.extra}
        return JSONResponse(body, error.status)

    for part in (_auth, _products, _search, _cart, _payments, _analytics, _provider):
        app.include_router(part(world))
    return app


if __name__ == "__main__":
    import uvicorn

    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    api = create_fake_api(World(pictures=folder, settle_seconds=3.0))
    uvicorn.run(api, port=int(sys.argv[1]), log_level="warning")
