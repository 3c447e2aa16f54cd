"""Stock that a refund puts back on sale: once per refund, never more than the order bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from deployments.products.domain.reservation import (
    Line,
    ReservationOrder,
    State,
    checked_lines,
)
from deployments.shared.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Restock:
    """``lines`` are sorted by variant, the order in which stock is locked."""

    refund_id: UUID
    order_id: UUID
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, refund_id: UUID, order_id: UUID, lines: Sequence[Line]) -> Restock:
        """Raises ``Invalid`` for no line, a variant named twice or a quantity out of range."""
        return cls(refund_id, order_id, checked_lines(lines))

    def accept_repeat(self, again: Restock) -> None:
        """Raises ``Invalid`` ``restock_differs`` when ``again`` asks for something else."""
        if again != self:
            raise Invalid("restock_differs", "this refund has put other lines back before")

    def require_sold(self, order: ReservationOrder | None, before: Iterable[Restock]) -> None:
        """``before``: what other refunds of the order have put back.

        Raises:
            Conflict: ``order_not_sold``; ``restock_exceeds_sold`` for more than was bought.
            NotFound: ``variant_not_found``, the order bought no such variant.
        """
        if order is None or order.state is not State.COMMITTED:
            raise Conflict("order_not_sold", "the order's stock was never taken out; commit first")
        left = Counter({line.variant_id: line.quantity for line in order.lines})
        for line in self.lines:
            if line.variant_id not in left:
                raise NotFound(
                    "variant_not_found",
                    "the order bought no such variant",
                    variant_id=str(line.variant_id),
                )
        for restock in before:
            left.subtract({line.variant_id: line.quantity for line in restock.lines})
        for line in self.lines:
            if line.quantity > left[line.variant_id]:
                raise Conflict(
                    "restock_exceeds_sold",
                    "more units would come back than the order bought",
                    variant_id=str(line.variant_id),
                    returnable=left[line.variant_id],
                )
