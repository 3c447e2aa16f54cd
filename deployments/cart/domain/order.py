"""The order: the orchestrator of a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from deployments.cart.domain.order_parts import (
    Alarm,
    OrderCoupon,
    OrderLine,
    Parcel,
    Placement,
    Shipment,
    TimelineEntry,
)
from deployments.cart.domain.order_states import (
    DONE,
    LEGAL,
    UNPAID,
    VOID,
    IllegalTransition,
    Status,
)
from deployments.cart.domain.priced_cart import PricedCart
from deployments.cart.domain.refund import Refund
from deployments.cart.domain.totals import Bill, Totals
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.money import Money


@dataclass
class Order:
    """``due_at`` is when the sweep has to look at it; None when nothing is left to do.

    ``expires_at`` is when an order that is not paid is given up. ``rejection`` is the problem
    detail the shopper got for a rejected order: code, detail, lines. ``has_captured``: its total
    was taken from the customer. ``completes_at``: when a shipped order counts as delivered.
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
    coupon: OrderCoupon | None = None
    status: Status = Status.CREATED
    payment_id: UUID | None = None
    rejection: Mapping[str, Any] | None = None
    has_captured: bool = False
    shipment: Shipment | None = None
    completes_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)

    @classmethod
    def place(
        cls,
        number: str,
        placement: Placement,
        priced: PricedCart,
        bill: Bill,
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
            lines=tuple(
                OrderLine.of(line, discount)
                for line, discount in zip(priced.lines, priced.line_discounts, strict=True)
            ),
            totals=bill.totals,
            coupon=OrderCoupon.of(bill.coupon) if bill.coupon else None,
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

    @property
    def is_free(self) -> bool:
        """Nothing to pay: the order goes through the states without a payment."""
        return self.totals.total.amount == 0

    def money(self, amount: int) -> Money:
        return Money(amount, self.totals.total.currency)

    @property
    def captured(self) -> Money:
        return self.totals.total if self.has_captured else self.money(0)

    @property
    def live_refunds(self) -> list[Refund]:
        return [refund for refund in self.refunds if refund.is_live]

    @property
    def refunded(self) -> Money:
        """Given back or on its way back."""
        return self.money(sum(refund.amount.amount for refund in self.live_refunds))

    @property
    def refundable(self) -> Money:
        return self.captured - self.refunded

    @property
    def is_cancellable(self) -> bool:
        """By the customer."""
        return self.is_unpaid or self.status in (Status.PAID, Status.STOCK_COMMITTED)

    def refund(self, refund_id: UUID) -> Refund | None:
        return next((refund for refund in self.refunds if refund.id == refund_id), None)

    def refund_of_key(self, key: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.key == key), None)

    def due_refunds(self, now: datetime) -> list[Refund]:
        return [refund for refund in self.refunds if refund.is_due(now)]

    def is_delivered(self, now: datetime) -> bool:
        """Shipped so long ago that it counts as delivered."""
        return (
            self.status is Status.FULFILLED
            and self.completes_at is not None
            and self.completes_at <= now
        )

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
        self.has_captured = True

    def mark_stock_committed(self, now: datetime) -> None:
        self._move(Status.STOCK_COMMITTED, now, due_at=None)

    def fulfil(self, parcel: Parcel, now: datetime, completes_at: datetime) -> None:
        self._move(Status.FULFILLED, now, due_at=None)
        self.shipment = Shipment(parcel, now)
        self.completes_at = completes_at
        self._rest()

    def complete(self, now: datetime) -> None:
        self._move(Status.COMPLETED, now, due_at=None)
        self._rest()

    def check_refundable(self) -> None:
        """Raises ``Conflict`` ``not_refundable``."""
        if not self.has_captured or self.status is Status.PAID:
            raise Conflict(
                "not_refundable", f"order {self.number} is {self.status}; nothing was paid for it"
            )

    def give_back(self, refund: Refund, now: datetime) -> None:
        """Start ``refund``; one that leaves nothing of the payment is a refund of the order.

        Raises:
            Conflict: ``not_refundable``, ``not_restockable`` or ``refund_too_large`` with what
                is left.
        """
        self.check_refundable()
        if refund.restock and self.status in VOID:
            raise Conflict(
                "not_restockable",
                f"order {self.number} was {self.status}: its goods are in stock already",
            )
        if self.refundable < refund.amount:
            raise Conflict(
                "refund_too_large",
                f"of order {self.number} {self.refundable} is left to refund",
                left=self.refundable.amount,
            )
        self.refunds.append(refund)
        if self.status in DONE and not self.refundable.amount:
            self._move(Status.REFUNDING, now, due_at=None)
        self._rest()

    def refund_succeeded(self, refund: Refund, now: datetime) -> None:
        refund.succeed(now)
        self._settle(now)

    def refund_failed(self, refund: Refund, failure: str, now: datetime) -> None:
        refund.fail(failure, now)
        self._settle(now)

    def refund_restocked(self, refund: Refund, now: datetime) -> None:
        refund.mark_restocked(now)
        self._rest()

    def refund_not_restocked(self, refund: Refund, detail: str, now: datetime) -> None:
        """Products will never take its goods back: somebody has to count."""
        refund.give_up_restock()
        self.raise_alarm("restock_refused", f"refund {refund.id}: {detail}", now)
        self._rest()

    def look_at_refund_again(self, refund: Refund, at: datetime) -> None:
        refund.look_again(at)
        self._rest()

    def note_late_payment(self, payment_id: UUID) -> None:
        """The total was taken although the order had been given up; it stays given up."""
        if self.status not in VOID:
            raise Conflict("not_void", f"order {self.number} is {self.status}")
        self.has_captured = True
        self.payment_id = self.payment_id or payment_id

    def raise_alarm(self, code: str, detail: str, now: datetime) -> None:
        """Raising the same one again changes nothing."""
        if not any((alarm.code, alarm.detail) == (code, detail) for alarm in self.alarms):
            self.alarms.append(Alarm(code, detail, now))

    def start_cancelling(self, now: datetime) -> None:
        self._move(Status.CANCELLING, now, due_at=now)

    def mark_cancelled(self, now: datetime) -> None:
        """Only after the intent is known to be cancelled and the stock was released."""
        self._move(Status.CANCELLED, now, due_at=None)

    def _move(self, status: Status, now: datetime, *, due_at: datetime | None) -> None:
        goes_back = self.status is Status.REFUNDING and status in DONE
        if status not in LEGAL[self.status] or goes_back:
            raise IllegalTransition(self.status, status)
        self._enter(status, now)
        self.due_at = due_at

    def _enter(self, status: Status, now: datetime) -> None:
        self.status = status
        self.timeline.append(TimelineEntry(status, now))

    def _settle(self, now: datetime) -> None:
        """After a refund has ended: is the whole order refunded, or back to where it was?"""
        if self.status is Status.REFUNDING:
            if self.refundable.amount or not self.live_refunds:
                self._go_back(now)
            elif not any(refund.is_pending for refund in self.live_refunds):
                self._move(Status.REFUNDED, now, due_at=None)
        self._rest()

    def _go_back(self, now: datetime) -> None:
        """To where the order was before its refund, and only there."""
        before = [entry.status for entry in self.timeline if entry.status in DONE]
        self._enter(before[-1], now)

    def _rest(self) -> None:
        """Nothing but refunds and the delivery is to be waited for."""
        times = [refund.due_at for refund in self.refunds if refund.due_at is not None]
        if self.status is Status.FULFILLED and self.completes_at is not None:
            times.append(self.completes_at)
        self.due_at = min(times, default=None)
