"""Events between services: one envelope, five topics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from deployments.shared.ids import new_id

# A topic is a Redis stream named ``mercato:<topic>``.
PRODUCTS: Final = "products"  # product.changed, product.deleted
ORDERS: Final = "orders"  # order.paid, order.cancelled …
PAYMENTS: Final = "payments"  # payment.succeeded, payment.failed, refund.succeeded …
ACCOUNTS: Final = "accounts"  # account.erased
BEHAVIOUR: Final = "behaviour"  # what visitors do; accepted by analytics


@dataclass(frozen=True, slots=True)
class Event:
    """``event_id`` identifies the event for ever: handling it twice must change nothing.

    ``sequence`` is its place in its service's outbox, once published; None for events that never
    were in one.
    """

    topic: str
    type: str
    payload: Mapping[str, Any]
    event_id: UUID = field(default_factory=new_id)
    occurred_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sequence: int | None = None

    def to_fields(self) -> dict[str, str]:
        """The fields of a Redis stream entry."""
        fields = {
            "event_id": str(self.event_id),
            "topic": self.topic,
            "type": self.type,
            "occurred_at": self.occurred_at.isoformat(),
            "payload": json.dumps(self.payload, separators=(",", ":"), default=str),
        }
        if self.sequence is not None:
            fields["sequence"] = str(self.sequence)
        return fields

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Event:
        return cls(
            topic=fields["topic"],
            type=fields["type"],
            payload=json.loads(fields["payload"]),
            event_id=UUID(fields["event_id"]),
            occurred_at=datetime.fromisoformat(fields["occurred_at"]),
            sequence=int(fields["sequence"]) if "sequence" in fields else None,
        )


def stream_name(topic: str) -> str:
    return f"mercato:{topic}"
