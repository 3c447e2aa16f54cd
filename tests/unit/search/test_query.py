"""What a shopper typed, made safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.search.domain.query import Query, fold, words


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  red   shoes ", "red shoes"),
        ("red\x00\x1bshoes", "red shoes"),
        ("\u200bred\u202e shoes", "red shoes"),
        ("ＵＳＢ－Ｃ", "USB-C"),
        ("", ""),
        ("\x07\n\t", ""),
    ],
)
def test_control_characters_and_blanks_go(raw: str, text: str) -> None:
    assert Query.of(raw).text == text


def test_a_long_query_is_cut_between_words() -> None:
    query = Query.of("lamp " * 2000)
    assert len(query.text) <= 300
    assert set(query.text.split()) == {"lamp"}
    assert len(Query.of("x" * 10_000).text) == 300


@pytest.mark.parametrize("raw", ["🔥", "?!", "—"])
def test_pictographs_are_no_words(raw: str) -> None:
    assert not Query.of(raw).has_words


def test_words_are_distinct_and_in_order() -> None:
    assert words("USB-C hub, usb hub_2") == ["usb", "c", "hub", "2"]


def test_only_words_of_letters_can_be_corrected() -> None:
    assert Query.of("LC51C ink hp 330").correctable == ["ink"]
    assert Query.of("cheap toner").correctable == ["cheap", "toner"]


def test_corrections_replace_whole_words_whatever_their_case() -> None:
    query = Query.of("Lapotp stand for lapotps")
    assert query.corrected({"lapotp": "laptop"}).text == "laptop stand for lapotps"
    assert query.corrected({}) is query


@given(st.text(max_size=400))
def test_any_text_makes_a_query_and_folding_twice_changes_nothing(raw: str) -> None:
    query = Query.of(raw)
    assert len(query.text) <= 300
    assert "\x00" not in query.text
    assert query.text == " ".join(query.text.split())
    assert fold(fold(raw)) == fold(raw)
