"""Orders, coupons, reviews, stock and users as the back office shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from deployments.auth.contract import UserView
from deployments.cart.contract import Coupon, MerchantOrderSummary, OrderAlarm, OrderCounts
from deployments.products.contract import LowStock, QueuedReview, StockMovement
from webapp.formats import count_of, day, sentence, status_name
from webapp.formats import money as money_text
from webapp.order_views import status_tone
from webapp.review_views import MyReview
from webapp.views import option_text


@dataclass
class DeskOrder:
    """An order in the merchants' list; ``placed`` in ISO 8601."""

    href: str
    number: str
    placed: str
    customer: str
    email: str
    country: str
    status: str
    tone: str
    total: str
    refunded: str
    item_count: str
    alarmed: bool

    @classmethod
    def of(cls, order: MerchantOrderSummary) -> DeskOrder:
        return cls(
            href=f"/admin/orders/{order.id}",
            number=order.number,
            placed=order.created_at.isoformat(),
            customer=order.customer_name,
            email=order.email,
            country=order.country,
            status=status_name(order.status),
            tone=status_tone(order.status),
            total=money_text(order.total),
            refunded="−" + money_text(order.refunded) if order.refunded.amount else "",
            item_count=count_of(order.item_count, "item"),
            alarmed=order.alarmed,
        )


@dataclass
class Tab:
    label: str
    count: str
    href: str
    current: bool


def order_tabs(counts: OrderCounts, status: str, *, alarmed: bool) -> list[Tab]:
    """What needs work first, then all, then every state somebody is in."""
    everything = not status and not alarmed

    def of_status(code: str, name: str, count: int) -> Tab:
        return Tab(name, f"{count:,}", f"/admin?status={code}", status == code)

    tabs = [
        of_status("stock_committed", "To send", counts.to_fulfil),
        Tab("All orders", f"{counts.total:,}", "/admin", everything),
    ]
    if counts.alarmed or alarmed:
        tabs.append(Tab("To look at", f"{counts.alarmed:,}", "/admin?alarmed=1", alarmed))
    tabs.extend(
        of_status(code, status_name(code), count)
        for code, count in counts.by_status.items()
        if code != "stock_committed" and (count or code == status)
    )
    return tabs


@dataclass
class AlarmRow:
    detail: str
    at: str

    @classmethod
    def of(cls, alarm: OrderAlarm) -> AlarmRow:
        return cls(sentence(alarm.detail), alarm.at.isoformat())


_KINDS = {"percentage": "% off", "amount": "off", "free_shipping": "Free shipping"}


@dataclass
class CouponRow:
    """``value``, ``minimum``, ``starts`` and ``ends`` are as typed into the form."""

    id: str = ""
    code: str = ""
    kind: str = "percentage"
    what: str = ""
    description: str = ""
    rules: list[str] = field(default_factory=list)
    uses: str = ""
    state: str = ""
    tone: str = ""
    active: bool = True
    value: str = ""
    minimum: str = ""
    starts: str = ""
    ends: str = ""
    most: str = ""
    most_each: str = ""
    used: bool = False

    @classmethod
    def of(cls, coupon: Coupon, today: str) -> CouponRow:
        """``today`` as YYYY-MM-DD (UTC)."""
        what = _KINDS[coupon.kind]
        value = ""
        if coupon.kind == "percentage":
            what, value = f"{coupon.value}% off", str(coupon.value)
        elif coupon.kind == "amount":
            value = f"{coupon.value / 100:.2f}"
            what = f"€{value} off"
        starts = coupon.starts_at.date().isoformat() if coupon.starts_at else ""
        ends = last_day(coupon)
        state, tone = "Active", "good"
        if not coupon.active:
            state, tone = "Off", "stop"
        elif ends and ends < today:
            state, tone = "Expired", "stop"
        elif starts and starts > today:
            state, tone = "Not yet", "wait"
        elif coupon.max_uses is not None and coupon.uses >= coupon.max_uses:
            state, tone = "Used up", "stop"
        rules = [
            f"from €{coupon.min_subtotal / 100:,.2f}" if coupon.min_subtotal else "",
            f"from {day(coupon.starts_at)}" if coupon.starts_at else "",
            f"until {day(date.fromisoformat(ends))}" if ends else "",
            f"{coupon.max_uses_per_customer} × per customer"
            if coupon.max_uses_per_customer
            else "",
        ]
        most = f" of {coupon.max_uses:,}" if coupon.max_uses else ""
        return cls(
            id=str(coupon.id),
            code=coupon.code,
            kind=coupon.kind,
            what=what,
            description=coupon.description,
            rules=[rule for rule in rules if rule],
            uses=f"{coupon.uses:,}{most} used",
            state=state,
            tone=tone,
            active=coupon.active,
            value=value,
            minimum=f"{coupon.min_subtotal / 100:.2f}" if coupon.min_subtotal else "",
            starts=starts,
            ends=ends,
            most=str(coupon.max_uses or ""),
            most_each=str(coupon.max_uses_per_customer or ""),
            used=coupon.uses > 0,
        )


def last_day(coupon: Coupon) -> str:
    """A coupon is valid before ``ends_at``: the day that still counts."""
    if coupon.ends_at is None:
        return ""
    return (coupon.ends_at - timedelta(microseconds=1)).date().isoformat()


@dataclass
class QueueRow:
    review: MyReview
    product: str
    href: str
    at: str

    @classmethod
    def of(cls, queued: QueuedReview) -> QueueRow:
        return cls(
            MyReview.of(queued),
            queued.product_title,
            f"/p/{queued.product_slug}",
            day(queued.updated_at),
        )


@dataclass
class StockRow:
    product_id: str = ""
    variant_id: str = ""
    href: str = ""
    title: str = ""
    options: str = ""
    sku: str = ""
    on_hand: int = 0
    reserved: int = 0
    available: int = 0
    low_at: int = 0

    @classmethod
    def of(cls, row: LowStock) -> StockRow:
        return cls(
            product_id=str(row.product_id),
            variant_id=str(row.variant_id),
            href=f"/p/{row.slug}",
            title=row.title,
            options=option_text(row.options),
            sku=row.sku,
            on_hand=row.on_hand,
            reserved=row.reserved,
            available=row.available,
            low_at=row.low_stock_at,
        )


@dataclass
class MovementRow:
    """``at`` in ISO 8601."""

    delta: str
    reason: str
    who: str
    at: str

    @classmethod
    def of(cls, movement: StockMovement) -> MovementRow:
        kind, _, name = movement.actor.partition(":")
        return cls(
            f"{movement.delta:+,}".replace("-", "−"),
            sentence(movement.reason).rstrip("."),
            f"by the {name} service" if kind == "service" else "by hand",
            movement.at.isoformat(),
        )


ROLES = ("shopper", "merchant", "analyst", "admin")


@dataclass
class UserRow:
    id: str = ""
    email: str = ""
    name: str = ""
    roles: list[str] = field(default_factory=list)
    disabled: bool = False
    erased: bool = False
    verified: bool = False
    since: str = ""

    @classmethod
    def of(cls, user: UserView) -> UserRow:
        return cls(
            id=str(user.id),
            email=user.email,
            name=user.name,
            roles=[role for role in ROLES if role in user.roles],
            disabled=user.disabled,
            erased=user.erased,
            verified=user.email_verified,
            since=day(user.created_at),
        )
