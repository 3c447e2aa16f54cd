"""Where our price stands among merchants' offers for the same product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

NEAR = 0.05


@dataclass(frozen=True, slots=True)
class OwnShipping:
    """What we charge for delivery, minor units; nothing from ``free_from`` on."""

    price: int
    free_from: int

    def total(self, price: int) -> int:
        return price if price >= self.free_from else price + self.price


@dataclass(frozen=True, slots=True)
class MerchantOffer:
    """An offer matched to a product; ``variant_id`` None: any variant may be meant. Amounts are
    minor units of the store's currency."""

    offer_id: UUID
    merchant: str
    title: str
    url: str
    price: int
    shipping: int | None
    in_stock: bool
    variant_id: UUID | None
    matched_by: str
    confidence: float
    fetched_at: datetime

    @property
    def total(self) -> int:
        return self.price + (self.shipping or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``offers``: the best of each merchant, in stock first, then by total. ``position`` and
    ``best`` regard offers in stock only and are None without any."""

    our_price: int
    our_total: int
    offers: list[MerchantOffer]
    best: MerchantOffer | None
    position: int | None

    @property
    def in_stock_count(self) -> int:
        return sum(offer.in_stock for offer in self.offers)


class Standing(StrEnum):
    CHEAPEST = "cheapest"
    NEAR = "within_5_percent"
    DEARER = "dearer"


def gap(our_total: int, best_total: int) -> float:
    """How far we are above (or, negative, below) the best: 0.1 is 10 % dearer."""
    return round((our_total - best_total) / best_total, 4)


def standing(our_total: int, best_total: int) -> Standing:
    if our_total <= best_total:
        return Standing.CHEAPEST
    return Standing.NEAR if gap(our_total, best_total) <= NEAR else Standing.DEARER


def _rank(offer: MerchantOffer) -> tuple[bool, int, str]:
    return (not offer.in_stock, offer.total, offer.merchant)


def like_for_like(
    prices: Mapping[UUID, int], offers: Iterable[MerchantOffer]
) -> tuple[int, list[MerchantOffer]]:
    """Our price and the offers it may be held against.

    Variants that cost the same (colours) are one group; those of another price (a larger bottle)
    another. The group most merchants sell is compared, of equals the cheapest one. An offer for
    no particular variant counts as the cheapest, which a merchant's page shows first.
    """
    cheapest = min(prices.values())
    groups: dict[int, list[MerchantOffer]] = defaultdict(list)
    for offer in offers:
        if offer.variant_id is None:
            groups[cheapest].append(offer)
        elif offer.variant_id in prices:
            groups[prices[offer.variant_id]].append(offer)

    def weight(price: int) -> tuple[int, int]:
        return (-len({o.merchant for o in groups[price] if o.in_stock}), price)

    chosen = min(groups, key=weight, default=cheapest)
    return chosen, groups[chosen]


def compare(
    prices: Mapping[UUID, int], offers: Sequence[MerchantOffer], shipping: OwnShipping
) -> Comparison:
    """Our price against ``offers`` of one product.

    Args:
        prices: our price by variant, minor units; at least one.
    """
    our_price, comparable = like_for_like(prices, offers)
    best_of: dict[str, MerchantOffer] = {}
    for offer in sorted(comparable, key=_rank):
        best_of.setdefault(offer.merchant, offer)
    ranked = sorted(best_of.values(), key=_rank)
    buyable = [offer for offer in ranked if offer.in_stock]
    our_total = shipping.total(our_price)
    return Comparison(
        our_price=our_price,
        our_total=our_total,
        offers=ranked,
        best=buyable[0] if buyable else None,
        position=1 + sum(o.total < our_total for o in buyable) if buyable else None,
    )
