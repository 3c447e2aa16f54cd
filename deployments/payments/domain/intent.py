"""What Stripe says about a payment intent, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from deployments.shared.money import Money

IntentStatus = Literal[
    "requires_payment_method", "requires_action", "processing", "succeeded", "cancelled"
]


@dataclass(frozen=True)
class Failure:
    """Why the last attempt failed; ``ref`` tells one failed attempt from the next."""

    ref: str
    code: str
    message: str


@dataclass(frozen=True)
class Intent:
    """``order_id`` and ``shop`` are what our metadata names, None on an intent of another shop.

    ``received`` is what Stripe captured: zero, or the amount once ``succeeded``.
    """

    id: str
    status: IntentStatus
    amount: Money
    received: int
    order_id: UUID | None
    livemode: bool
    failure: Failure | None = None
    next_action_url: str | None = None
    shop: str | None = None

    @property
    def is_final(self) -> bool:
        return self.status in ("succeeded", "cancelled")
