"""Stock held for an order: held, then committed (sold) or released, never both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from deployments.shared.errors import Conflict, Invalid

MAX_QUANTITY = 999


class State(StrEnum):
    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Line:
    variant_id: UUID
    quantity: int


def checked_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """``lines`` by variant.

    Raises:
        Invalid: no line, a variant named twice or a quantity out of range.
    """
    if not lines:
        raise Invalid("no_lines", "name at least one variant")
    if len({line.variant_id for line in lines}) != len(lines):
        raise Invalid("duplicate_line", "a variant is named twice; add up its quantities")
    if any(not 1 <= line.quantity <= MAX_QUANTITY for line in lines):
        raise Invalid("invalid_quantity", f"a quantity is 1 to {MAX_QUANTITY}")
    return tuple(sorted(lines, key=lambda line: line.variant_id))


class ReservationOrder:
    """What one order holds. ``lines`` are sorted by variant, the order in which stock is locked:
    two orders for the same variants can't wait for each other in a circle."""

    def __init__(self, order_id: UUID, state: State, lines: Sequence[Line]) -> None:
        self.order_id = order_id
        self._state = state
        self.lines = tuple(sorted(lines, key=lambda line: line.variant_id))

    @property
    def state(self) -> State:
        return self._state

    @classmethod
    def hold(cls, order_id: UUID, lines: Sequence[Line]) -> ReservationOrder:
        """Raises ``Invalid`` for no line, a variant named twice or a quantity out of range."""
        return cls(order_id, State.HELD, checked_lines(lines))

    @classmethod
    def tombstone(cls, order_id: UUID) -> ReservationOrder:
        """An order released before it reserved anything: a late reserve must not revive it."""
        return cls(order_id, State.RELEASED, ())

    def accept_repeat(self, lines: Sequence[Line]) -> None:
        """A reserve of this order came again: fine when it asks for the same and still stands.

        Raises:
            Conflict: ``reservation_released``, or ``reservation_differs`` for other lines.
        """
        if self._state is State.RELEASED:
            raise _released()
        if frozenset(lines) != frozenset(self.lines):
            raise Conflict("reservation_differs", "this order has reserved other lines before")

    def commit(self) -> bool:
        """held → committed; False when it was committed before.

        Raises:
            Conflict: ``reservation_released``.
        """
        if self._state is State.RELEASED:
            raise _released()
        return self._move(State.COMMITTED)

    def release(self) -> bool:
        """held → released; False when it was released before.

        Raises:
            Conflict: ``reservation_committed``: what is sold does not come back this way.
        """
        if self._state is State.COMMITTED:
            raise Conflict("reservation_committed", "the order's stock is sold already")
        return self._move(State.RELEASED)

    def _move(self, state: State) -> bool:
        changed = self._state is not state
        self._state = state
        return changed


def _released() -> Conflict:
    return Conflict("reservation_released", "the order's reservation was released")
