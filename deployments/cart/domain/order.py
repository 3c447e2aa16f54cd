"""The order: the orchestrator of a checkout. Its states and the only ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from deployments.cart.domain.priced_cart import PricedCart, PricedLine
from deployments.cart.domain.totals import Totals
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.money import Money


class Status(StrEnum):
    CREATED = "created"
    RESERVED = "reserved"
    PAYMENT_PENDING = "payment_pending"
    PAID = "paid"
    STOCK_COMMITTED = "stock_committed"
    FULFILLED = "fulfilled"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


_S = Status
LEGAL: Final[Mapping[Status, frozenset[Status]]] = {
    _S.CREATED: frozenset({_S.RESERVED, _S.REJECTED, _S.CANCELLING}),
    _S.RESERVED: frozenset({_S.PAYMENT_PENDING, _S.CANCELLING}),
    _S.PAYMENT_PENDING: frozenset({_S.PAID, _S.CANCELLING}),
    # Late success: the shopper paid before the intent could be cancelled.
    _S.CANCELLING: frozenset({_S.CANCELLED, _S.PAID}),
    _S.PAID: frozenset({_S.STOCK_COMMITTED}),
    _S.STOCK_COMMITTED: frozenset({_S.FULFILLED, _S.REFUNDING}),
    _S.FULFILLED: frozenset({_S.COMPLETED, _S.REFUNDING}),
    _S.COMPLETED: frozenset({_S.REFUNDING}),
    _S.REFUNDING: frozenset({_S.REFUNDED}),
    _S.REJECTED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REFUNDED: frozenset(),
}
UNPAID: Final = frozenset({_S.CREATED, _S.RESERVED, _S.PAYMENT_PENDING})
# An order in one of these is no longer in the way of another checkout of the same cart.
VOID: Final = frozenset({_S.REJECTED, _S.CANCELLED})


class IllegalTransition(Conflict):
    def __init__(self, current: Status, wanted: Status) -> None:
        super().__init__("illegal_transition", f"an order that is {current} can't become {wanted}")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What was bought at which price; never changes with the catalogue."""

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: Mapping[str, str]
    image_url: str | None
    quantity: int
    unit_price: Money

    @classmethod
    def of(cls, line: PricedLine) -> OrderLine:
        source = line.offer or line.item
        return cls(
            source.variant_id,
            source.product_id,
            source.slug,
            source.title,
            source.sku,
            source.options,
            source.image_url,
            line.item.quantity,
            line.unit_price,
        )

    @property
    def line_total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Placement:
    """What the shopper sent with a checkout; key and hash make a repeat recognisable."""

    user_id: UUID
    email: str
    shipping_method: str
    shipping_address: Mapping[str, str]
    idempotency_key: str
    request_hash: str


@dataclass
class Order:
    """``due_at`` is when the sweep has to look at it; None when nothing is left to do.

    ``expires_at`` is when an order that is not paid is given up. ``rejection`` is the problem
    detail the shopper got for a rejected order: code, detail, lines.
    """

    id: UUID
    number: str
    placement: Placement
    cart_id: UUID
    cart_version: int
    lines: tuple[OrderLine, ...]
    totals: Totals
    created_at: datetime
    expires_at: datetime
    due_at: datetime | None
    status: Status = Status.CREATED
    payment_id: UUID | None = None
    rejection: Mapping[str, Any] | None = None
    timeline: list[TimelineEntry] = field(default_factory=list)

    @classmethod
    def place(
        cls,
        number: str,
        placement: Placement,
        priced: PricedCart,
        totals: Totals,
        *,
        now: datetime,
        expires_at: datetime,
    ) -> Order:
        return cls(
            id=new_id(),
            number=number,
            placement=placement,
            cart_id=priced.cart.id,
            cart_version=priced.cart.version,
            lines=tuple(OrderLine.of(line) for line in priced.lines),
            totals=totals,
            created_at=now,
            expires_at=expires_at,
            due_at=now,
            timeline=[TimelineEntry(Status.CREATED, now)],
        )

    @property
    def quantities(self) -> dict[UUID, int]:
        return {line.variant_id: line.quantity for line in self.lines}

    @property
    def item_count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_unpaid(self) -> bool:
        """It may still be paid, cancelled by the shopper, or expire."""
        return self.status in UNPAID

    def has_expired(self, now: datetime) -> bool:
        return self.is_unpaid and now >= self.expires_at

    def line_of(self, variant_id: str) -> OrderLine | None:
        return next((line for line in self.lines if str(line.variant_id) == variant_id), None)

    def mark_reserved(self, now: datetime) -> None:
        self._move(Status.RESERVED, now, due_at=now)

    def reject(self, reason: Mapping[str, Any], now: datetime) -> None:
        """Stock could not be held; nothing is held for the order."""
        self._move(Status.REJECTED, now, due_at=None)
        self.rejection = reason

    def await_payment(self, payment_id: UUID, now: datetime, expires_at: datetime) -> None:
        """The intent exists; from now on the shopper has until ``expires_at`` to pay."""
        self._move(Status.PAYMENT_PENDING, now, due_at=expires_at)
        self.payment_id = payment_id
        self.expires_at = expires_at

    def mark_paid(self, payment_id: UUID | None, now: datetime) -> None:
        if self.status is Status.RESERVED:
            # The intent was made and even paid before this service could note that it exists.
            self._move(Status.PAYMENT_PENDING, now, due_at=now)
        self._move(Status.PAID, now, due_at=now)
        self.payment_id = self.payment_id or payment_id

    def mark_stock_committed(self, now: datetime) -> None:
        self._move(Status.STOCK_COMMITTED, now, due_at=None)

    def start_cancelling(self, now: datetime) -> None:
        self._move(Status.CANCELLING, now, due_at=now)

    def mark_cancelled(self, now: datetime) -> None:
        """Only after the intent is known to be cancelled and the stock was released."""
        self._move(Status.CANCELLED, now, due_at=None)

    def _move(self, status: Status, now: datetime, *, due_at: datetime | None) -> None:
        if status not in LEGAL[self.status]:
            raise IllegalTransition(self.status, status)
        self.status = status
        self.due_at = due_at
        self.timeline.append(TimelineEntry(status, now))
