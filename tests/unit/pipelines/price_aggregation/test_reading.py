"""Text to values: GTINs, prices, attributes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.shared.money import Money
from pipelines.price_aggregation.attributes import pack_size, read_attributes, veto
from pipelines.price_aggregation.gtin import normalise_gtin
from pipelines.price_aggregation.money_text import parse_money


@pytest.mark.parametrize(
    "text",
    [
        "4006381333931",
        "04006381333931",
        " 4006381-333931 ",
        "4006381333931.0",
    ],
)
def test_one_number_in_any_dress_is_one_gtin(text: str) -> None:
    assert normalise_gtin(text) == "04006381333931"


def test_upc_and_ean_with_leading_zeros_are_the_same_article() -> None:
    upc = normalise_gtin("036000291452")
    assert upc == "00036000291452"
    assert normalise_gtin("0036000291452") == upc
    assert normalise_gtin("00036000291452") == upc
    # A spreadsheet took the zero away.
    assert normalise_gtin("36000291452") == upc


@pytest.mark.parametrize(
    "text",
    [None, "", "4006381333932", "12345", "0000000000000", "ABC4006381333931", "1" * 20, "n/a", "²"],
)
def test_what_is_no_gtin_is_none(text: str | None) -> None:
    assert normalise_gtin(text) is None


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("12.90", "EUR", Money(1290, "EUR")),
        ("12,90 €", None, Money(1290, "EUR")),
        ("GBP 12.9", "EUR", Money(1290, "GBP")),
        ("£1,234.50", None, Money(123450, "GBP")),
        ("1.234,50 EUR", None, Money(123450, "EUR")),
        ("1 234,50 EUR", None, Money(123450, "EUR")),
        ("1'234.50 CHF", None, Money(123450, "CHF")),
        ("1.234 EUR", None, Money(123400, "EUR")),
        ("1,234,567", "USD", Money(123456700, "USD")),
        ("12,- €", None, Money(1200, "EUR")),
        ("19.999", "EUR", Money(1999900, "EUR")),
        ("0.125", "EUR", Money(13, "EUR")),
        ("1200 JPY", None, Money(1200, "JPY")),
        ("7", "EUR", Money(700, "EUR")),
        ("0", "EUR", Money(0, "EUR")),
    ],
)
def test_prices_as_merchants_write_them(text: str, currency: str | None, expected: Money) -> None:
    assert parse_money(text, currency) == expected


@pytest.mark.parametrize(
    "text", [None, "", "call us", "-5.00", "€ -5", "10 - 20", "999999999999999"]
)
def test_unreadable_prices_are_none(text: str | None) -> None:
    assert parse_money(text, "EUR") is None


def test_a_price_without_any_currency_is_none() -> None:
    assert parse_money("12.90") is None


@given(st.integers(min_value=1, max_value=10**9))
def test_every_amount_reads_back(amount: int) -> None:
    money = Money(amount, "EUR")
    assert parse_money(str(money)) == money
    assert parse_money(f"{amount / 100:.2f}", "EUR") == money


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    parse_money(text, "EUR")
    normalise_gtin(text)
    read_attributes(text, {"size": text, "colour": text})


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Wool Socks", 1),
        ("Wool Socks, 3-pack", 3),
        ("Wool Socks Pack of 3", 3),
        ("Glasses set of 6", 6),
        ("6 x Glass", 6),
        ("Glass x6", 6),
        ("Twin Pack Candles", 2),
        ("Lamp 2x faster", 1),
        ("Board 4 x4 cm", 1),
        ("Sheets 1000 pieces", 1),
        ("3er-Pack Socken", 3),
    ],
)
def test_pack_sizes(text: str, pieces: int) -> None:
    assert pack_size(text) == pieces


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("Bottle 500 ml", "Bottle 0.5 l", None),
        ("Bottle 500 ml", "Bottle 750ml", "volume"),
        ("Bottle 500 ml", "Bottle", None),
        ("Flour 1 kg", "Flour 1000g", None),
        ("Drive 1 TB", "Drive 512 GB", "storage"),
        ("Shirt M", "Shirt Medium", None),
        ("Shirt M", "Shirt XL", "size"),
        ("Boots EU 42", "Boots EU 43", "size"),
        ("Shirt Navy", "Shirt Blue", None),
        ("Shirt Navy", "Shirt Red", "colour"),
        ("Socks", "Socks 3-pack", "pack of 1 against 3"),
        ("Socks 3-pack", "Socks, set of 3", None),
        ("Levi's Jeans", "Levi's Jeans L", None),
    ],
)
def test_attributes_that_contradict_are_a_veto(left: str, right: str, reason: str | None) -> None:
    assert veto(read_attributes(left, {}), read_attributes(right, {})) == reason


def test_a_named_field_wins_over_the_title() -> None:
    ours = read_attributes("Rolling Stone Mug", {"Colour": "Red"})
    assert ours.colours == {"red"}
    assert veto(ours, read_attributes("Rolling Stone Mug", {"color": "Red"})) is None


def test_a_measure_in_the_details_is_no_contradiction() -> None:
    ours = read_attributes("Chef's Knife", {}, "Blade 20 cm, Weight 180 g")
    assert veto(ours, read_attributes("Chef's Knife 20 cm", {})) is None
    assert veto(ours, read_attributes("Chef's Knife 15 cm", {})) is None
    pan = read_attributes("Pan 28 cm", {}, "Handle 20 cm")
    assert veto(pan, read_attributes("Pan 24 cm", {})) == "length"
    assert veto(pan, read_attributes("Pan 20 cm", {})) is None
