"""Money given back for an order, and the goods that come back with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from deployments.shared.errors import Conflict
from deployments.shared.money import Money

Requester = Literal["merchant", "customer", "store"]


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What somebody asks for: all that is left, lines and/or the shipping, or an amount."""

    reason: str
    requested_by: Requester
    full: bool = False
    lines: Mapping[UUID, int] = field(default_factory=dict)
    shipping: bool = False
    amount: int | None = None
    restock: bool = False


@dataclass(frozen=True, slots=True)
class RefundLine:
    variant_id: UUID
    quantity: int
    amount: Money


@dataclass
class Refund:
    """``due_at``: when its next step is to be made; None when nothing is left to do.

    ``amount`` is all of it, ``shipping`` the part of it that was paid for the delivery.
    """

    id: UUID
    key: str
    request_hash: str
    amount: Money
    shipping: Money
    lines: tuple[RefundLine, ...]
    full: bool
    restock: bool
    reason: str
    requested_by: Requester
    created_at: datetime
    due_at: datetime | None
    state: RefundState = RefundState.PENDING
    failure: str | None = None
    restocked_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """The money is back with the customer or on its way there."""
        return self.state is not RefundState.FAILED

    @property
    def is_pending(self) -> bool:
        return self.state is RefundState.PENDING

    @property
    def needs_restock(self) -> bool:
        return (
            self.state is RefundState.SUCCEEDED
            and self.restock
            and bool(self.lines)
            and self.restocked_at is None
        )

    @property
    def quantities(self) -> dict[UUID, int]:
        return {line.variant_id: line.quantity for line in self.lines}

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now

    def look_again(self, at: datetime) -> None:
        """The payment provider does not know the outcome yet."""
        self._check(RefundState.PENDING)
        self.due_at = at

    def succeed(self, now: datetime) -> None:
        self._check(RefundState.PENDING)
        self.state = RefundState.SUCCEEDED
        self.settled_at = now
        self.due_at = now if self.needs_restock else None

    def fail(self, failure: str, now: datetime) -> None:
        """Also one that had succeeded: the customer's bank may send the money back."""
        self._check(RefundState.PENDING, RefundState.SUCCEEDED)
        self.state = RefundState.FAILED
        self.failure = failure
        self.settled_at = now
        self.due_at = None

    def mark_restocked(self, now: datetime) -> None:
        self._check(RefundState.SUCCEEDED)
        self.restocked_at = now
        self.due_at = None

    def give_up_restock(self) -> None:
        self._check(RefundState.SUCCEEDED)
        self.due_at = None

    def _check(self, *states: RefundState) -> None:
        if self.state not in states:
            raise Conflict("refund_settled", f"the refund has {self.state}; it can't change")
