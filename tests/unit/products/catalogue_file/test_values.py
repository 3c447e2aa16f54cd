"""Prices to the cent, and texts without markup."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.products.catalogue_file import values
from deployments.products.catalogue_file.plain_text import plain_text
from deployments.products.catalogue_file.problems import CellError


@given(st.integers(0, 100_000_000))
def test_every_amount_survives_being_written_as_a_decimal(cents: int) -> None:
    assert values.price(str(Decimal(cents) / 100), "price", "EUR") == cents


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("0", "EUR", 0),
        ("19.9", "EUR", 1990),
        ("19.900", "EUR", 1990),
        (" 7,05 ", "EUR", 705),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("0.29", "EUR", 29),
    ],
)
def test_prices(text: str, currency: str, expected: int) -> None:
    assert values.price(text, "price", currency) == expected


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-1", "1e3", "NaN", "Infinity", "1,299.00", "12.505", "€5", "1 000", "99999999999"],
)
def test_what_is_no_price(text: str) -> None:
    with pytest.raises(CellError):
        values.price(text, "price", "EUR")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain\n\n  words ", "plain\nwords"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li> b </li></ul>", "• a\n• b"),
        ("Fish &amp; chips &#8212; 5&nbsp;&euro;", "Fish & chips — 5 €"),
        ("<script>alert(1)</script>safe<style>p{}</style>", "safe"),
        ("<b>bo</b>ld <a href='javascript:x()'>link</a>", "bold link"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<script>never closed", ""),
        ("a\x00b\x0bc", "a b c"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text(alphabet="<>/&;abp \n\"'=!-", max_size=60))
def test_any_text_gives_text(html: str) -> None:
    plain_text(html)


def test_made_skus_tell_apart_what_looks_alike() -> None:
    made = {values.made_sku("tee", size) for size in ("S", "s ", "Ø", "Å", "S/M", "S-M")}
    assert len(made) == 6
