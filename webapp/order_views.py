"""Carts and orders as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.cart.contract import CartItem, OrderLine, OrderSummary, OrderView, Totals
from deployments.cart.contract import ShippingMethod as Method
from webapp.formats import (
    count_of,
    country_name,
    day,
    money,
    status_name,
)
from webapp.views import option_text, picture

_MOST = 999


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
    most: int = _MOST

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
            most=_MOST if item.available is None else max(0, min(item.available, _MOST)),
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
    times: dict[str, str] = {event.status: event.at.isoformat() for event in order.timeline}
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
