"""The payment of an order and its life, as told by Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from deployments.payments.domain.idempotency import next_key
from deployments.payments.domain.intent import Failure, Intent, IntentStatus
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.money import Money

SUCCEEDED: Final = "payment.succeeded"
FAILED: Final = "payment.failed"
CANCELLED: Final = "payment.cancelled"
EventType = Literal["payment.succeeded", "payment.failed", "payment.cancelled"]

AMOUNT_DIFFERS = Conflict(
    "payment_differs", "this order already has a payment of another amount, currency or user"
)
ORDER_CANCELLED = Conflict("order_cancelled", "this order was cancelled; start a new one")


@dataclass
class Payment:
    """One per order. ``attempt`` counts tries to pay: a failed one makes the next a new try.
    ``version`` counts changes: what Stripe said before the last one is old news."""

    id: UUID
    order_id: UUID
    user_id: UUID
    order_number: str
    amount: Money
    idempotency_key: str
    status: IntentStatus = "requires_payment_method"
    stripe_intent_id: str | None = None
    attempt: int = 1
    failure: Failure | None = None
    next_action_url: str | None = None
    alarm: str | None = None
    version: int = 1
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of_order(cls, order_id: UUID, user_id: UUID, order_number: str, amount: Money) -> Payment:
        return cls(new_id(), order_id, user_id, order_number, amount, f"pi-{order_id}")

    @property
    def is_final(self) -> bool:
        return self.status in ("succeeded", "cancelled")

    def check_same(self, user_id: UUID, amount: Money) -> None:
        """Raises ``Conflict`` when a repeated request means another payment."""
        if self.user_id != user_id or self.amount != amount:
            raise AMOUNT_DIFFERS

    def mismatch(self, intent: Intent, *, livemode: bool) -> str | None:
        """How ``intent`` contradicts this payment, or None: it is the intent we ordered."""
        wrong = []
        if self.stripe_intent_id not in (None, intent.id):
            wrong.append(f"intent {intent.id}, expected {self.stripe_intent_id}")
        if intent.order_id != self.order_id:
            wrong.append(f"order {intent.order_id}, expected {self.order_id}")
        if intent.amount != self.amount:
            wrong.append(f"amount {intent.amount}, expected {self.amount}")
        if intent.status == "succeeded" and intent.received != self.amount.amount:
            wrong.append(f"received {intent.received}, expected {self.amount.amount}")
        if self.status == "cancelled" and intent.status == "succeeded":
            wrong.append("succeeded after it was cancelled here")
        if intent.livemode != livemode:
            wrong.append(f"livemode {intent.livemode}, expected {livemode}")
        return "; ".join(wrong) or None

    def follow(self, intent: Intent) -> list[EventType]:
        """Take over what Stripe says; the events this change is worth, each once in a life.

        A final payment never changes again, so late and repeated news do nothing.
        """
        if self.is_final:
            return []
        before = replace(self)
        happened = self._follow(intent)
        if self != before:
            self.version += 1
        return happened

    def _follow(self, intent: Intent) -> list[EventType]:
        self.stripe_intent_id = intent.id
        if intent.status == "succeeded":
            return self._end("succeeded", SUCCEEDED)
        if intent.status == "cancelled":
            return self._end("cancelled", CANCELLED)
        if intent.status == "requires_payment_method":
            return self._fail(intent.failure)
        self.status = intent.status
        self.next_action_url = intent.next_action_url
        self.failure = None
        return []

    def cancel_unattempted(self) -> EventType:
        """End a payment that has no intent at Stripe and can't get one."""
        if self.stripe_intent_id is not None or self.is_final:
            raise Conflict("payment_attempted", "this payment is known to Stripe; cancel it there")
        return self._end("cancelled", CANCELLED)[0]

    def start_anew(self) -> None:
        """The next try is another one: the last did nothing and its key only repeats that."""
        self.attempt += 1

    def rotate_key(self) -> None:
        """Ask Stripe anew: it answers this key with a saved error for ever and has no intent."""
        self.idempotency_key = next_key(self.idempotency_key)

    def _end(self, status: IntentStatus, event: EventType) -> list[EventType]:
        self.status, self.failure, self.next_action_url = status, None, None
        return [event]

    def _fail(self, failure: Failure | None) -> list[EventType]:
        self.status, self.next_action_url = "requires_payment_method", None
        # None: not tried yet. The same failure: told twice, by Stripe's answer and its event.
        if failure is None or failure == self.failure:
            return []
        self.failure = failure
        self.attempt += 1
        return [FAILED]
