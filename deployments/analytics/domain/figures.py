"""Figures of days and what they add up to. Amounts are minor units of one currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SalesDay:
    """Sales of one source on one day.

    Args:
        gross: totals of purchases.
        refunded: totals of refunds.
        orders: number of purchases.
        buying_visits: sessions with a purchase, plus purchases without a session.
    """

    source: str
    day: date
    gross: int
    refunded: int
    orders: int
    buying_visits: int


@dataclass(frozen=True, slots=True)
class VisitsDay:
    """Visits to one source on one day; a visit is a session on that day.

    The steps count visits that came at least that far, so they never grow.
    """

    source: str
    day: date
    visits: int
    product_view: int
    add_to_cart: int
    checkout_started: int


@dataclass(frozen=True, slots=True)
class ProductTotal:
    product_id: UUID | None
    sku: str | None
    title: str
    units: int
    revenue: int


@dataclass(frozen=True, slots=True)
class Totals:
    gross: int
    refunded: int
    orders: int
    buying_visits: int
    visits: int

    @classmethod
    def of(cls, sales: Iterable[SalesDay], visits: Iterable[VisitsDay]) -> Totals:
        days = list(sales)
        return cls(
            gross=sum(day.gross for day in days),
            refunded=sum(day.refunded for day in days),
            orders=sum(day.orders for day in days),
            buying_visits=sum(day.buying_visits for day in days),
            visits=sum(day.visits for day in visits),
        )

    @property
    def revenue(self) -> int:
        return self.gross - self.refunded

    @property
    def average_order(self) -> int:
        """Purchases before refunds per order, rounded half up; 0 without orders."""
        return (2 * self.gross + self.orders) // (2 * self.orders) if self.orders else 0

    @property
    def conversion(self) -> float:
        """At most 1: a purchase may be paid on the day after its visit."""
        return min(1.0, self.buying_visits / self.visits) if self.visits else 0.0
