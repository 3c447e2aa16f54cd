"""From changes of single offers to each merchant's lowest price over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OfferChange:
    """What an offer asked from ``day`` on, until its next change."""

    offer_id: UUID
    merchant: str
    day: date
    total: int
    in_stock: bool


@dataclass(frozen=True, slots=True)
class MerchantPrice:
    merchant: str
    day: date
    total: int
    in_stock: bool


def lowest_by_merchant(changes: Iterable[OfferChange]) -> list[MerchantPrice]:
    """Each merchant's best offer (one in stock before one that is not) on every day it changed."""
    points: list[MerchantPrice] = []
    by_merchant = sorted(changes, key=lambda change: (change.merchant, change.day))
    for merchant, own in groupby(by_merchant, key=lambda change: change.merchant):
        current: dict[UUID, OfferChange] = {}
        for day, that_day in groupby(own, key=lambda change: change.day):
            current |= {change.offer_id: change for change in that_day}
            best = min(current.values(), key=lambda change: (not change.in_stock, change.total))
            point = MerchantPrice(merchant, day, best.total, best.in_stock)
            last = points[-1] if points and points[-1].merchant == merchant else None
            if last is None or (last.total, last.in_stock) != (point.total, point.in_stock):
                points.append(point)
    return points
