"""Where our price stands, and how merchants' prices moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from deployments.search.domain.price_comparison import (
    MerchantOffer,
    OwnShipping,
    Standing,
    compare,
    gap,
    standing,
)
from deployments.search.domain.price_history import OfferChange, lowest_by_merchant
from deployments.shared.ids import new_id

RED, BLUE, LARGE = new_id(), new_id(), new_id()
PRICES = {RED: 1000, BLUE: 1000, LARGE: 1800}
FREE = OwnShipping(0, 0)


def offer(merchant: str, price: int, variant: UUID | None = RED, **changes: bool) -> MerchantOffer:
    base = MerchantOffer(
        offer_id=new_id(),
        merchant=merchant,
        title="Kettle",
        url="https://shop.example",
        price=price,
        shipping=None,
        in_stock=True,
        variant_id=variant,
        matched_by="gtin",
        confidence=0.99,
        fetched_at=datetime(2025, 3, 3, tzinfo=UTC),
    )
    return replace(base, **changes)


def test_our_shipping_counts_until_it_is_free() -> None:
    shipping = OwnShipping(490, 5000)
    assert shipping.total(4999) == 5489
    assert shipping.total(5000) == 5000


def test_equal_to_the_best_is_first() -> None:
    comparison = compare(PRICES, [offer("A", 1000), offer("B", 1200)], FREE)
    assert comparison.position == 1
    assert comparison.best is not None
    assert comparison.best.merchant == "A"


def test_a_cheaper_offer_that_is_sold_out_takes_no_rank() -> None:
    comparison = compare(PRICES, [offer("A", 800, in_stock=False), offer("B", 900)], FREE)
    assert comparison.position == 2
    assert comparison.in_stock_count == 1
    assert comparison.best is not None
    assert comparison.best.merchant == "B"


def test_a_colour_is_no_other_article_but_a_size_is() -> None:
    offers = [offer("A", 900, RED), offer("B", 950, BLUE), offer("C", 1500, LARGE)]
    comparison = compare(PRICES, offers, FREE)
    assert comparison.our_price == 1000
    assert [o.merchant for o in comparison.offers] == ["A", "B"]
    assert comparison.position == 3


def test_what_is_sold_out_does_not_decide_which_size_is_compared() -> None:
    offers = [
        offer("A", 900, in_stock=False),
        offer("B", 900, in_stock=False),
        offer("C", 1500, LARGE),
    ]
    assert compare(PRICES, offers, FREE).our_price == 1800


def test_an_offer_for_no_particular_variant_meets_our_cheapest() -> None:
    comparison = compare(PRICES, [offer("A", 900, None)], FREE)
    assert (comparison.our_price, comparison.position) == (1000, 2)


def test_sold_out_everywhere_is_no_position() -> None:
    comparison = compare(PRICES, [offer("A", 900, in_stock=False)], FREE)
    assert comparison.position is None
    assert comparison.best is None
    assert len(comparison.offers) == 1
    assert compare(PRICES, [], FREE).our_price == 1000


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (900, Standing.CHEAPEST),
        (1000, Standing.CHEAPEST),
        (1001, Standing.NEAR),
        (1050, Standing.NEAR),
        (1051, Standing.DEARER),
    ],
)
def test_standing_at_its_limits(ours: int, expected: Standing) -> None:
    assert standing(ours, 1000) == expected


def test_gap_is_relative_to_the_best() -> None:
    assert gap(1100, 1000) == 0.1
    assert gap(900, 1000) == -0.1


def test_history_keeps_only_days_on_which_the_best_moved() -> None:
    one, two = new_id(), new_id()

    def change(identity: UUID, day: int, total: int, stock: bool = True) -> OfferChange:
        return OfferChange(identity, "A", date(2025, 3, day), total, stock)

    points = lowest_by_merchant(
        [change(one, 1, 500), change(two, 2, 700), change(one, 3, 600), change(one, 4, 600, False)]
    )
    assert [(p.day.day, p.total) for p in points] == [(1, 500), (3, 600), (4, 700)]
