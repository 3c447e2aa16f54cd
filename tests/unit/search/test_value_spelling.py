"""How an attribute's value is shown that products write in several ways."""

from __future__ import annotations

import pytest

from deployments.search.application.product_attributes import Dictionary


@pytest.mark.parametrize("written", [("Black", "black"), ("black", "Black")])
def test_a_value_is_shown_with_its_capital_whichever_was_read_first(
    written: tuple[str, str],
) -> None:
    dictionary = Dictionary()
    first, second = (dictionary.number("Colour", value) for value in written)
    assert first == second
    assert dictionary.values[first] == ("Colour", "Black")
