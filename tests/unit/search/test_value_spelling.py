"""How an attribute's value is shown that products write in several ways."""

from __future__ import annotations

import itertools

import pytest

from deployments.search.application.product_attributes import Dictionary


@pytest.mark.parametrize("written", list(itertools.permutations(["Black", "black", "BLACK"])))
def test_a_value_is_shown_with_its_capital_whichever_was_read_first(
    written: tuple[str, ...],
) -> None:
    dictionary = Dictionary()
    (number,) = {dictionary.number("Colour", value) for value in written}
    assert dictionary.values[number] == ("Colour", "Black")


@pytest.mark.parametrize("written", [("USB", "usb"), ("usb", "USB")])
def test_an_abbreviation_keeps_its_capitals(written: tuple[str, str]) -> None:
    dictionary = Dictionary()
    (number,) = {dictionary.number("Plug", value) for value in written}
    assert dictionary.values[number] == ("Plug", "USB")
