"""Orders as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deployments.cart.contract import OrderSummary, OrderView, RefundView
from webapp.formats import count_of, day, money, status_name
from webapp.views import picture


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
    cancellable: bool = False
    refunded: str = ""

    @classmethod
    def of(cls, order: OrderView, countries: Mapping[str, str] | None = None) -> Order:
        address = order.shipping_address
        town = f"{address.postal_code} {address.city}"
        lines = [address.name, address.line1, address.line2, town, address.region]
        country = (countries or {}).get(address.country, address.country)
        paid = order.status in ("paid", "stock_committed", "fulfilled", "completed")
        waits = order.status in _AWAITS_PAYMENT
        return cls(
            id=str(order.id),
            number=order.number,
            status=order.status,
            status_name=status_name(order.status),
            placed=day(order.created_at),
            email=order.email,
            address=[line for line in (*lines, country) if line],
            awaits_payment=waits,
            is_paid=paid,
            is_stopped=order.status in ("rejected", "cancelling", "cancelled"),
            reserved_until=order.expires_at.isoformat() if waits and order.expires_at else "",
            item_count=count_of(sum(line.quantity for line in order.lines), "item"),
            cancellable=order.cancellable,
            refunded=money(order.refunded) if order.refunded.amount else "",
        )


@dataclass
class Parcel:
    """``shipped_at`` in ISO 8601; empty before."""

    carrier: str = ""
    number: str = ""
    url: str = ""
    shipped_at: str = ""

    @classmethod
    def of(cls, order: OrderView) -> Parcel:
        shipment = order.shipment
        if shipment is None:
            return cls()
        url = shipment.tracking_url or ""
        return cls(
            carrier=shipment.carrier,
            number=shipment.tracking_number,
            url=url if url.startswith(("https://", "http://")) else "",
            shipped_at=shipment.shipped_at.isoformat(),
        )


_REFUND_STATES = {
    "pending": ("On its way", "wait"),
    "succeeded": ("Refunded", "good"),
    "failed": ("Failed", "alarm"),
}


@dataclass
class RefundRow:
    """Money given back; ``at`` in ISO 8601, ``note`` is for merchants."""

    amount: str
    reason: str
    at: str
    state: str
    tone: str
    what: str
    note: str

    @classmethod
    def of(cls, refund: RefundView, order: OrderView) -> RefundRow:
        titles = {line.variant_id: line.title for line in order.lines}
        state, tone = _REFUND_STATES[refund.state]
        parts = [f"{line.quantity} × {titles.get(line.variant_id, '?')}" for line in refund.lines]
        if refund.shipping.amount:
            parts.append("delivery")
        notes = [refund.failure or ""]
        if refund.restock:
            notes.append("back in stock" if refund.restocked_at else "goes back into stock")
        return cls(
            amount=money(refund.amount),
            reason=refund.reason,
            at=refund.created_at.isoformat(),
            state=state,
            tone=tone,
            what=", ".join(parts),
            note=" · ".join(note for note in notes if note),
        )


def status_tone(status: str) -> str:
    if status in _AWAITS_PAYMENT:
        return "wait"
    stopped = ("rejected", "cancelling", "cancelled", "refunding", "refunded")
    return "stop" if status in stopped else "good"


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
        return cls(
            id=str(order.id),
            href=f"/order/{order.id}",
            number=order.number,
            placed=day(order.created_at),
            status=status_name(order.status),
            tone=status_tone(order.status),
            total=money(order.total),
            item_count=count_of(order.item_count, "item"),
            image=picture(order.image_url),
        )
