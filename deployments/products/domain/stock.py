"""How much of a variant is there, and how much of that is promised."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployments.shared.errors import Conflict, Invalid

MAX_ON_HAND = 1_000_000


def below_reserved(reserved: int) -> Conflict:
    return Conflict(
        "stock_below_reserved",
        f"{reserved} units are reserved by open orders; stock on hand can't go below that",
        reserved=reserved,
    )


@dataclass(frozen=True, slots=True)
class Stock:
    """Units; 0 <= reserved <= on_hand."""

    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def counted(self, on_hand: int) -> Stock:
        """A new count of what is on hand.

        Raises:
            Invalid: ``invalid_stock`` outside 0 … 1,000,000.
            Conflict: ``stock_below_reserved``.
        """
        if not 0 <= on_hand <= MAX_ON_HAND:
            raise Invalid("invalid_stock", f"stock on hand is 0 to {MAX_ON_HAND:,}")
        if on_hand < self.reserved:
            raise below_reserved(self.reserved)
        return replace(self, on_hand=on_hand)

    def taken(self, on_hand: int, expected: int) -> Stock:
        """A stock-take found ``on_hand`` where the books said ``expected``; when they say
        ``on_hand`` already it is the same stock.

        Raises:
            Conflict: ``stock_changed`` when the books say otherwise by now; and as ``counted``.
        """
        if on_hand == self.on_hand:
            return self
        if expected != self.on_hand:
            raise Conflict(
                "stock_changed",
                f"the books say {self.on_hand} by now; count again",
                on_hand=self.on_hand,
            )
        return self.counted(on_hand)

    def adjusted(self, delta: int) -> Stock:
        """``delta`` units more (or fewer) on hand; raises as ``counted`` does."""
        if delta == 0:
            raise Invalid("invalid_stock", "an adjustment changes at least one unit")
        return self.counted(self.on_hand + delta)


def sold_out_or_back(before: int, after: int) -> bool:
    """Whether availability went from something to nothing, or back."""
    return (before > 0) != (after > 0)
