"""Coupons: pure functions on minor units and moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.cart.domain.coupon import (
    Coupon,
    Kind,
    Terms,
    Uses,
    enter,
    normal_code,
    spread,
)
from deployments.cart.domain.priced_cart import PricedCart, price_cart
from deployments.cart.domain.shipping import shipping_option
from deployments.cart.domain.totals import totals_of
from deployments.shared.errors import Conflict
from deployments.shared.money import Money
from tests.unit.cart.builders import NOW, a_cart, an_offer

EUR_50 = Money(5000, "EUR")


def a_coupon(kind: Kind = Kind.PERCENTAGE, value: int = 10, **terms: Any) -> Coupon:
    return Coupon.create(Terms("TEN", kind, value, **terms), NOW)


def a_priced_cart(coupon: Coupon, *prices: int) -> PricedCart:
    offers = [an_offer(f"Thing {number}", price) for number, price in enumerate(prices)]
    cart = a_cart(*[(offer, 1 + place) for place, offer in enumerate(offers)])
    priced = price_cart(cart, {offer.variant_id: offer for offer in offers}, "EUR")
    entered = enter("TEN", coupon, priced.subtotal, Uses(), NOW)
    return replace(priced, coupon=entered)


@pytest.mark.parametrize(
    ("kind", "value", "subtotal", "discount"),
    [
        (Kind.PERCENTAGE, 10, 4999, 500),
        (Kind.PERCENTAGE, 10, 5, 1),
        (Kind.PERCENTAGE, 10, 4, 0),
        (Kind.PERCENTAGE, 33, 100, 33),
        (Kind.PERCENTAGE, 100, 4999, 4999),
        (Kind.AMOUNT, 500, 4999, 500),
        (Kind.AMOUNT, 5000, 4999, 4999),
        (Kind.FREE_SHIPPING, 0, 4999, 0),
    ],
)
def test_a_coupon_takes_off_its_part_and_never_more_than_the_goods_cost(
    kind: Kind, value: int, subtotal: int, discount: int
) -> None:
    assert a_coupon(kind, value).discount_on(subtotal) == discount


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=1, max_size=100),
    share=st.fractions(0, 1),
)
def test_parts_of_a_discount_add_up_exactly_and_fit_their_lines(
    amounts: list[int], share: Any
) -> None:
    discount = int(sum(amounts) * share)
    parts = spread(discount, amounts)
    assert sum(parts) == discount
    for part, amount in zip(parts, amounts, strict=True):
        assert 0 <= part <= amount
        # Nobody is more than one minor unit away from the fair part.
        assert sum(amounts) == 0 or abs(part * sum(amounts) - discount * amount) < sum(amounts)


@given(
    prices=st.lists(st.integers(0, 10**6), min_size=1, max_size=12),
    kind=st.sampled_from(Kind),
    value=st.integers(1, 100),
)
def test_the_lines_discounts_are_the_carts(prices: list[int], kind: Kind, value: int) -> None:
    worth = 0 if kind is Kind.FREE_SHIPPING else value
    priced = a_priced_cart(a_coupon(kind, worth), *prices)
    parts = priced.line_discounts
    assert sum(part.amount for part in parts) == priced.discount.amount
    for line, part in zip(priced.lines, parts, strict=True):
        assert 0 <= part.amount <= line.line_total.amount


@pytest.mark.parametrize("country", ["DE", "FI", "CH", "NO", "US"])
@given(subtotal=st.integers(0, 10**8), value=st.integers(1, 100), shipping=st.integers(0, 5000))
def test_tax_is_of_what_is_paid(country: str, subtotal: int, value: int, shipping: int) -> None:
    discount = a_coupon(Kind.PERCENTAGE, value).discount_on(subtotal)
    totals = totals_of(Money(subtotal, "EUR"), shipping, country, discount)
    undiscounted = totals_of(Money(subtotal - discount, "EUR"), shipping, country)
    assert totals.tax == undiscounted.tax
    assert totals.included_tax == undiscounted.included_tax
    assert totals.total == undiscounted.total


@pytest.mark.parametrize(
    ("terms", "uses", "code"),
    [
        ({}, Uses(), None),
        ({"active": False}, Uses(), "coupon_inactive"),
        ({"starts_at": NOW + timedelta(seconds=1)}, Uses(), "coupon_not_started"),
        ({"starts_at": NOW}, Uses(), None),
        ({"ends_at": NOW}, Uses(), "coupon_expired"),
        ({"ends_at": NOW + timedelta(seconds=1)}, Uses(), None),
        ({"max_uses": 3}, Uses(2, 2), None),
        ({"max_uses": 3}, Uses(3, 0), "coupon_used_up"),
        ({"max_uses_per_customer": 1}, Uses(7, 0), None),
        ({"max_uses_per_customer": 1}, Uses(7, 1), "coupon_used_by_you"),
        ({"min_subtotal": 5000}, Uses(), None),
        ({"min_subtotal": 5001}, Uses(), "coupon_below_minimum"),
        # What adding to the cart would not mend is said first.
        ({"min_subtotal": 5001, "max_uses": 1}, Uses(1, 0), "coupon_used_up"),
        ({"active": False, "max_uses": 1}, Uses(1, 0), "coupon_inactive"),
    ],
)
def test_a_coupon_says_why_it_is_not_valid(
    terms: dict[str, Any], uses: Uses, code: str | None
) -> None:
    problem = a_coupon(**terms).problem(EUR_50, uses, NOW)
    assert (problem.code if problem else None) == code
    if problem is not None and code == "coupon_below_minimum":
        assert problem.required == Money(5001, "EUR")
        assert "€50.01" in problem.detail


def test_a_coupon_with_a_problem_takes_nothing_off() -> None:
    priced = a_priced_cart(a_coupon(min_subtotal=10**6), 1000, 2000)
    assert priced.discount == Money(0, "EUR")
    assert {part.amount for part in priced.line_discounts} == {0}
    shipping = a_priced_cart(a_coupon(Kind.FREE_SHIPPING, 0, active=False), 1000)
    assert not shipping.ships_free


@pytest.mark.parametrize(
    ("method", "country", "price", "saved"),
    [
        ("standard", "DE", 0, 490),
        ("standard", "US", 0, 2490),
        ("express", "DE", 1190, 0),
        ("pickup", "DE", 0, 0),
    ],
)
def test_a_free_shipping_coupon_makes_standard_shipping_free(
    method: str, country: str, price: int, saved: int
) -> None:
    option = shipping_option(method, country, 1000, 5000, coupon=True)
    assert (option.price, option.saved) == (price, saved)


def test_where_shipping_is_free_already_the_coupon_saves_nothing() -> None:
    assert shipping_option("standard", "DE", 5000, 5000, coupon=True).saved == 0


@pytest.mark.parametrize("entered", ["ten", " TEN ", "Ten"])
def test_case_and_spaces_around_a_code_do_not_matter(entered: str) -> None:
    assert normal_code(entered) == "TEN"


@pytest.mark.parametrize("change", [{"code": "TWELVE"}, {"kind": Kind.AMOUNT}, {"value": 12}])
def test_what_shoppers_relied_on_is_fixed_once_a_coupon_was_used(change: dict[str, Any]) -> None:
    coupon = a_coupon()
    other = replace(coupon.terms, **change)
    coupon.change(other, uses=0)
    assert coupon.terms == other
    with pytest.raises(Conflict) as caught:
        coupon.change(Terms("TEN", Kind.PERCENTAGE, 10), uses=1)
    assert caught.value.code == "coupon_in_use"
    coupon.change(replace(other, active=False, max_uses=5), uses=1)
    assert not coupon.terms.active
