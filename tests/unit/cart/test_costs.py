"""Shipping, tax and totals: pure functions on minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.cart.domain.countries import COUNTRIES, NAMES
from deployments.cart.domain.shipping import (
    EU,
    EUROPE,
    HOME,
    METHODS,
    WORLD,
    shipping_option,
    shipping_options,
)
from deployments.cart.domain.tax import ADDED, EU_VAT, tax_on
from deployments.cart.domain.totals import MAX_TOTAL, check_payable, totals_of
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.money import Money

SERVED = sorted(HOME | EU | EUROPE | WORLD)


def codes(country: str, subtotal: int = 1000) -> list[str]:
    return [option.code for option in shipping_options(country, subtotal, 5000)]


def test_home_can_pick_up_and_others_cannot() -> None:
    assert codes("DE") == ["standard", "express", "pickup"]
    assert codes("FR") == codes("CH") == codes("US") == ["standard", "express"]


@pytest.mark.parametrize(
    ("country", "subtotal", "price"),
    [
        ("DE", 4999, 490),
        ("DE", 5000, 0),
        ("FR", 4999, 990),
        ("FR", 5000, 0),
        ("CH", 5000, 1490),
        ("US", 500_000, 2490),
    ],
)
def test_standard_is_free_from_the_threshold_in_the_eu_only(
    country: str, subtotal: int, price: int
) -> None:
    assert shipping_option("standard", country, subtotal, 5000).price == price


def test_express_is_never_free() -> None:
    assert shipping_option("express", "DE", 1_000_000, 5000).price == 1190


@pytest.mark.parametrize("country", ["ZZ", "KP", "de", ""])
def test_a_country_outside_the_zones_is_not_served(country: str) -> None:
    with pytest.raises(Invalid) as caught:
        shipping_options(country, 1000, 5000)
    assert caught.value.code == "country_not_served"


@pytest.mark.parametrize(("method", "country"), [("pickup", "FR"), ("drone", "DE")])
def test_a_method_the_country_lacks_is_refused(method: str, country: str) -> None:
    with pytest.raises(Invalid) as caught:
        shipping_option(method, country, 1000, 5000)
    assert caught.value.code == "unknown_shipping_method"
    assert "standard" in caught.value.detail


def test_every_method_describes_every_zone_it_serves() -> None:
    for method in METHODS:
        assert set(method.description) == set(method.prices)


@pytest.mark.parametrize(
    ("country", "gross", "included"),
    [("DE", 11_900, 1900), ("DE", 10_000, 1597), ("FI", 12_550, 2550), ("DE", 1, 0), ("FR", 3, 1)],
)
def test_eu_prices_contain_their_tax(country: str, gross: int, included: int) -> None:
    tax = tax_on(gross, country)
    assert (tax.added, tax.included) == (0, included)


@pytest.mark.parametrize(
    ("country", "net", "added"),
    [("CH", 10_000, 810), ("GB", 10_000, 2000), ("NO", 2, 1), ("US", 10_000, 0)],
)
def test_outside_the_eu_tax_comes_on_top(country: str, net: int, added: int) -> None:
    tax = tax_on(net, country)
    assert (tax.added, tax.included) == (added, added)


def test_no_country_has_two_kinds_of_tax_and_all_eu_members_have_one() -> None:
    assert not EU_VAT.keys() & ADDED.keys()
    assert len(EU_VAT) == 27


@given(
    subtotal=st.integers(0, 10**11),
    shipping=st.integers(0, 10_000),
    country=st.sampled_from(SERVED),
    data=st.data(),
)
def test_totals_add_up_and_tax_is_part_of_them(
    subtotal: int, shipping: int, country: str, data: st.DataObject
) -> None:
    discount = data.draw(st.integers(0, subtotal))
    totals = totals_of(Money(subtotal, "EUR"), shipping, country, discount)
    assert totals.total.amount == subtotal + shipping + totals.tax.amount - discount
    assert 0 <= totals.included_tax.amount <= totals.total.amount
    assert totals.tax.amount in (0, totals.included_tax.amount)
    if country in EU_VAT:
        net = totals.total.amount - totals.included_tax.amount
        assert abs(net * EU_VAT[country] - totals.included_tax.amount * 10_000) <= 10_000


@pytest.mark.parametrize(
    ("amount", "code"),
    [(1, "total_too_small"), (49, "total_too_small"), (MAX_TOTAL + 1, "total_too_large")],
)
def test_a_total_no_card_payment_can_be_made_of_is_refused(amount: int, code: str) -> None:
    with pytest.raises(Conflict) as caught:
        check_payable(totals_of(Money(amount, "EUR"), 0, "US"))
    assert caught.value.code == code


@pytest.mark.parametrize("amount", [0, 50, MAX_TOTAL])
def test_nothing_and_the_smallest_and_the_largest_total_pass(amount: int) -> None:
    check_payable(totals_of(Money(amount, "EUR"), 0, "US"))


def test_every_country_served_has_a_name_and_the_others_have_none() -> None:
    assert set(NAMES) == set(SERVED)
    listed = [country.name for country in COUNTRIES]
    assert listed == sorted(listed)
    assert {country.code for country in COUNTRIES if country.tax_included} == set(EU_VAT)
