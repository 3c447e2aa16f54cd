"""What a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from deployments.payments.domain.payment import Payment
from deployments.shared.ids import new_id

AlarmKind = Literal[
    "mismatch",
    "unknown_order",
    "livemode",
    "poison_event",
    "unknown_refund",
    "fraud_warning",
    "lost_at_stripe",
]
_LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Alarm:
    """``subject`` says what it is about: the same kind and subject is the same alarm."""

    kind: AlarmKind
    subject: str
    message: str
    payment_id: UUID | None = None
    order_id: UUID | None = None
    stripe_event_id: str | None = None
    id: UUID = field(default_factory=new_id)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    resolved_at: datetime | None = None


def payment_alarm(
    kind: AlarmKind, payment: Payment, message: str, *, event_id: str | None = None
) -> Alarm:
    subject = f"{payment.id} {message}"[:_LONGEST_SUBJECT]
    return Alarm(kind, subject, message, payment.id, payment.order_id, event_id)


class AlarmError(Exception):
    """Raised where Stripe says what can't be about this store's money: nothing is done by it."""

    def __init__(self, alarm: Alarm) -> None:
        super().__init__(alarm.message)
        self.alarm = alarm
