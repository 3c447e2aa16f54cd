"""What the store has told its shoppers. It must stay true, whatever is killed afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Acknowledged:
    """A checkout that was answered with 201."""

    user_id: UUID
    key: str
    total: int


@dataclass
class Ledger:
    """``paid`` and ``cancelled``: orders of which a shopper was told so. ``contradictions``:
    answers that do not go with earlier ones. ``attempts``: every single request by its outcome,
    a status or the name of what went wrong. ``visits``: how shoppers' visits ended."""

    checkouts: dict[UUID, Acknowledged] = field(default_factory=dict)
    paid: set[UUID] = field(default_factory=set)
    cancelled: set[UUID] = field(default_factory=set)
    refunds: dict[UUID, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)

    def checked_out(self, order_id: UUID, told: Acknowledged) -> None:
        known = self.checkouts.setdefault(order_id, told)
        if known != told:
            self.contradictions.append(f"order {order_id} was {known} and is {told}")
