"""What the pages show: plain values, formatted here so that a page only places them."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.cart.contract import CartItem, OrderLine, OrderSummary, OrderView, Totals
from deployments.cart.contract import ShippingMethod as Method
from deployments.products.contract import Category, ProductCard, ProductDetail
from deployments.search.contract import PriceComparison
from webapp.formats import (
    count_of,
    country_name,
    day,
    money,
    ordinal,
    percent_off,
    status_name,
)
from webapp.settings import settings
from webapp.theme import TILE_TINTS


def picture(url: str | None) -> str:
    """Address a browser can load; empty when there is no picture."""
    if not url:
        return ""
    if url.startswith(("http://", "https://", "data:")):
        return url
    return settings().public_api_url + "/" + url.lstrip("/")


def option_text(options: dict[str, str]) -> str:
    return " · ".join(options.values())


@dataclass
class Card:
    """A product in a grid. ``position`` counts from 1 in the list it stands in."""

    id: str
    href: str
    title: str
    brand: str
    price: str
    was: str
    off: str
    image: str
    note: str
    sold_out: bool
    position: int

    @classmethod
    def of(cls, product: ProductCard, position: int = 0) -> Card:
        ranged = product.price_from.amount != product.price_to.amount
        off = percent_off(product.price_from, product.compare_at)
        return cls(
            id=str(product.id),
            href=f"/p/{product.slug}",
            title=product.title,
            brand=product.brand or "",
            price=("from " if ranged else "") + money(product.price_from),
            was=money(product.compare_at) if off and product.compare_at else "",
            off=off if product.in_stock else "",
            image=picture(product.image_url),
            note=count_of(product.variant_count, "option") if product.variant_count > 1 else "",
            sold_out=not product.in_stock,
            position=position,
        )


def cards(products: list[ProductCard], start: int = 1) -> list[Card]:
    return [Card.of(product, position) for position, product in enumerate(products, start)]


def card_of_detail(product: ProductDetail) -> ProductCard:
    """The list form of a product that was fetched in full."""
    dearest = max(product.variants, key=lambda variant: variant.price.amount)
    cheapest = min(product.variants, key=lambda variant: variant.price.amount)
    return ProductCard(
        id=product.id,
        slug=product.slug,
        title=product.title,
        brand=product.brand,
        category=product.category,
        price_from=cheapest.price,
        price_to=dearest.price,
        compare_at=cheapest.compare_at,
        in_stock=any(variant.available > 0 for variant in product.variants),
        image_url=product.images[0].url if product.images else None,
        variant_count=len(product.variants),
    )


@dataclass
class Crumb:
    label: str
    href: str


@dataclass
class Department:
    """A category; ``children`` is one level deep, empty for a child."""

    name: str
    path: str
    href: str
    count: str
    tint: str = ""
    image: str = ""
    children: list[Crumb] = field(default_factory=list)


def departments(categories: list[Category]) -> list[Department]:
    """The categories at the top that hold products, in the shop's order."""
    ordered = sorted(categories, key=lambda category: (category.position, category.name))
    tops = [c for c in ordered if c.parent_id is None and c.product_count > 0]
    return [
        Department(
            name=top.name,
            path=top.path,
            href=f"/category/{top.path}",
            count=count_of(top.product_count, "product"),
            tint=TILE_TINTS[index % len(TILE_TINTS)],
            children=[
                Crumb(child.name, f"/category/{child.path}")
                for child in ordered
                if child.parent_id == top.id and child.product_count > 0
            ],
        )
        for index, top in enumerate(tops)
    ]


@dataclass
class Line:
    """A line of a cart or an order."""

    id: str
    href: str
    title: str
    options: str
    image: str
    quantity: int
    unit_price: str
    total: str
    problem: str = ""
    most: int = 999

    @classmethod
    def of_cart(cls, item: CartItem) -> Line:
        return cls(
            id=str(item.id),
            href=f"/p/{item.slug}",
            title=item.title,
            options=option_text(item.options),
            image=picture(item.image_url),
            quantity=item.quantity,
            unit_price=money(item.unit_price),
            total=money(item.line_total),
            problem=" ".join(_sentence(problem.detail) for problem in item.problems),
            most=max(0, min(item.available, 999)),
        )

    @classmethod
    def of_order(cls, line: OrderLine) -> Line:
        return cls(
            id=str(line.variant_id),
            href=f"/p/{line.slug}",
            title=line.title,
            options=option_text(line.options),
            image=picture(line.image_url),
            quantity=line.quantity,
            unit_price=money(line.unit_price),
            total=money(line.line_total),
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


@dataclass
class Sum:
    """Totals of a cart or an order; an empty text is a row that is not shown."""

    subtotal: str = ""
    shipping: str = ""
    discount: str = ""
    tax: str = ""
    total: str = ""
    included_tax: str = ""

    @classmethod
    def of(cls, totals: Totals) -> Sum:
        return cls(
            subtotal=money(totals.subtotal),
            shipping=money(totals.shipping) if totals.shipping.amount else "Free",
            discount="−" + money(totals.discount) if totals.discount.amount else "",
            tax=money(totals.tax) if totals.tax.amount else "",
            total=money(totals.total),
            included_tax=money(totals.included_tax) if totals.included_tax.amount else "",
        )


@dataclass
class Delivery:
    code: str
    name: str
    description: str
    price: str

    @classmethod
    def of(cls, method: Method) -> Delivery:
        price = money(method.price) if method.price.amount else "Free"
        return cls(method.code, method.name, method.description, price)


@dataclass
class OfferRow:
    """A row of the price comparison; ``ours`` marks the store's own."""

    merchant: str
    url: str
    price: str
    shipping: str
    total: str
    stock: str
    ours: bool = False


@dataclass
class Comparison:
    headline: str = ""
    note: str = ""
    rows: list[OfferRow] = field(default_factory=list)

    @classmethod
    def of(cls, prices: PriceComparison) -> Comparison:
        if not prices.offers:
            return cls()
        ours = (
            prices.our_price.amount,
            OfferRow(
                merchant=settings().shop_name,
                url="",
                price=money(prices.our_price),
                shipping="At checkout",
                total=money(prices.our_price),
                stock="",
                ours=True,
            ),
        )
        theirs = [
            (
                offer.total.amount,
                OfferRow(
                    merchant=offer.merchant,
                    url=offer.url if offer.url.startswith(("https://", "http://")) else "",
                    price=money(offer.price),
                    shipping=_shipping(offer.shipping.amount, money(offer.shipping))
                    if offer.shipping
                    else "Not stated",
                    total=money(offer.total),
                    stock="In stock" if offer.in_stock else "Out of stock",
                ),
            )
            for offer in prices.offers
        ]
        rows = [row for _, row in sorted([ours, *theirs], key=lambda pair: pair[0])]
        shops = len(prices.offers) + 1
        if prices.position is None:
            headline = f"Compared with {count_of(shops - 1, 'other shop')}"
        elif prices.position == 1:
            headline = f"Our price is the lowest of {count_of(shops, 'shop')}"
        else:
            headline = f"Our price is the {ordinal(prices.position)} lowest of {shops} shops"
        note = f"Checked on {day(prices.updated_at)}." if prices.updated_at else ""
        return cls(headline, note, rows)


def _shipping(amount: int, text: str) -> str:
    return text if amount else "Free"


@dataclass
class Step:
    """A step of an order's way: ``done``, ``now``, ``next`` or ``stopped``; ``at`` in ISO 8601."""

    name: str
    at: str
    state: str


_WAY = ("created", "paid", "stock_committed", "fulfilled", "completed")
_ON_THE_WAY = {
    "created": 0,
    "reserved": 0,
    "payment_pending": 0,
    "cancelling": 0,
    "paid": 1,
    "stock_committed": 2,
    "fulfilled": 3,
    "completed": 4,
}
_AWAITS_PAYMENT = ("created", "reserved", "payment_pending")


def steps(order: OrderView) -> list[Step]:
    """The order's way from receipt to delivery, or to where it stopped."""
    times = {event.status: event.at.isoformat() for event in order.timeline}
    times.setdefault("created", order.created_at.isoformat())
    stopped = order.status not in _ON_THE_WAY
    reached = -1 if stopped else _ON_THE_WAY[order.status]
    if stopped:
        passed = [status for status in _WAY if status in times]
        return [
            *(Step(status_name(status), times[status], "done") for status in passed),
            Step(status_name(order.status), times.get(order.status, ""), "stopped"),
        ]
    return [
        Step(
            status_name(status),
            times.get(status, ""),
            "done"
            if index < reached or index == len(_WAY) - 1 == reached
            else "now"
            if index == reached
            else "next",
        )
        for index, status in enumerate(_WAY)
    ]


@dataclass
class Order:
    """``reserved_until`` in ISO 8601, while it is not paid."""

    id: str = ""
    number: str = ""
    status: str = ""
    status_name: str = ""
    placed: str = ""
    email: str = ""
    address: list[str] = field(default_factory=list)
    awaits_payment: bool = False
    is_paid: bool = False
    is_stopped: bool = False
    reserved_until: str = ""
    item_count: str = ""

    @classmethod
    def of(cls, order: OrderView) -> Order:
        address = order.shipping_address
        town = f"{address.postal_code} {address.city}"
        lines = [address.name, address.line1, address.line2, town, address.region]
        paid = order.status in ("paid", "stock_committed", "fulfilled", "completed")
        waits = order.status in _AWAITS_PAYMENT
        return cls(
            id=str(order.id),
            number=order.number,
            status=order.status,
            status_name=status_name(order.status),
            placed=day(order.created_at),
            email=order.email,
            address=[line for line in (*lines, country_name(address.country)) if line],
            awaits_payment=waits,
            is_paid=paid,
            is_stopped=order.status in ("rejected", "cancelling", "cancelled"),
            reserved_until=order.expires_at.isoformat() if waits and order.expires_at else "",
            item_count=count_of(sum(line.quantity for line in order.lines), "item"),
        )


@dataclass
class OrderRow:
    """An order in the history; ``tone``: good, wait or stop."""

    id: str
    href: str
    number: str
    placed: str
    status: str
    tone: str
    total: str
    item_count: str
    image: str

    @classmethod
    def of(cls, order: OrderSummary) -> OrderRow:
        tone = "good"
        if order.status in _AWAITS_PAYMENT:
            tone = "wait"
        elif order.status in ("rejected", "cancelling", "cancelled", "refunding", "refunded"):
            tone = "stop"
        return cls(
            id=str(order.id),
            href=f"/order/{order.id}",
            number=order.number,
            placed=day(order.created_at),
            status=status_name(order.status),
            tone=tone,
            total=money(order.total),
            item_count=count_of(order.item_count, "item"),
            image=picture(order.image_url),
        )
