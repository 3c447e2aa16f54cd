"""Money given back for a paid order, and its life, as told by Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from deployments.payments.domain.idempotency import next_key
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.money import Money

RefundStatus = Literal["pending", "succeeded", "failed"]
RefundEventType = Literal["refund.succeeded", "refund.failed"]
REFUND_SUCCEEDED: Final = "refund.succeeded"
REFUND_FAILED: Final = "refund.failed"

REFUND_DIFFERS = Invalid(
    "refund_differs", "this refund id was used for another refund; take a new id"
)
NOT_PAID = Conflict("not_paid", "this order's payment has not succeeded; cancel it instead")


@dataclass(frozen=True)
class StripeRefund:
    """What Stripe says about a refund, in our words.

    ``refund_id`` is what our metadata names, None on a refund that was not made by this store.
    """

    id: str
    status: RefundStatus
    amount: Money
    intent_id: str | None
    refund_id: UUID | None
    failure_message: str | None = None


@dataclass
class Refund:
    """``id`` is the caller's: repeating it is the same refund, never a second one."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    stripe_intent_id: str
    amount: Money
    reason: str
    idempotency_key: str
    status: RefundStatus = "pending"
    stripe_refund_id: str | None = None
    failure_message: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def check_same(self, order_id: UUID, amount: Money, reason: str) -> None:
        """Raises ``Invalid`` when a repeated request means another refund."""
        if (self.order_id, self.amount, self.reason) != (order_id, amount, reason):
            raise REFUND_DIFFERS

    def mismatch(self, found: StripeRefund) -> str | None:
        """How ``found`` contradicts this refund, or None: it is the one we asked for."""
        wrong = []
        if self.stripe_refund_id not in (None, found.id):
            wrong.append(f"refund {found.id}, expected {self.stripe_refund_id}")
        if found.refund_id != self.id:
            wrong.append(f"refund id {found.refund_id}, expected {self.id}")
        if found.intent_id != self.stripe_intent_id:
            wrong.append(f"intent {found.intent_id}, expected {self.stripe_intent_id}")
        if found.amount != self.amount:
            wrong.append(f"amount {found.amount}, expected {self.amount}")
        return "; ".join(wrong) or None

    def follow(self, found: StripeRefund) -> list[RefundEventType]:
        """Take over what Stripe says; the events this change is worth, each once in a life.

        A bank may send back what had succeeded, so ``succeeded`` may still fail; ``failed`` is
        the end, and old news change nothing.
        """
        self.stripe_refund_id = self.stripe_refund_id or found.id
        if self.status == "failed" or found.status in ("pending", self.status):
            return []
        self.status = found.status
        if found.status == "succeeded":
            return [REFUND_SUCCEEDED]
        self.failure_message = found.failure_message or "the bank refused the refund"
        return [REFUND_FAILED]

    def refuse(self, message: str) -> list[RefundEventType]:
        """Stripe won't make this refund: nothing was paid and nothing will be."""
        if self.stripe_refund_id is not None or self.status != "pending":
            raise Conflict("refund_made", "this refund is known to Stripe")
        self.status, self.failure_message = "failed", message
        return [REFUND_FAILED]

    def rotate_key(self) -> None:
        """Ask Stripe anew: it answers this key with a saved error for ever and made no refund."""
        self.idempotency_key = next_key(self.idempotency_key)


def left_to_refund(captured: Money, taken: int, wanted: Money) -> None:
    """Raises ``Conflict`` when ``wanted`` is more than what is left of ``captured``.

    Args:
        taken: minor units of all refunds that have not failed.
    """
    if wanted.currency != captured.currency:
        raise Invalid("currency_mismatch", f"this order was paid in {captured.currency}")
    left = captured.amount - taken
    if wanted.amount > left:
        raise Conflict(
            "refund_too_large",
            f"only {Money(left, captured.currency)} of this payment can be refunded",
            left=left,
        )
