"""A bank's claim against a payment, as Stripe shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from deployments.shared.money import Money

DISPUTED: Final = "payment.disputed"
ENDS: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


@dataclass(frozen=True)
class Dispute:
    id: str
    intent_id: str | None
    amount: Money
    reason: str
    status: str
    respond_by: datetime | None
    created_at: datetime

    @property
    def is_over(self) -> bool:
        return self.status in ENDS
