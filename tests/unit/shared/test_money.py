from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.shared.errors import Invalid
from deployments.shared.money import Money, total

amounts = st.integers(min_value=-(10**12), max_value=10**12)


@given(amounts, amounts)
def test_addition_and_subtraction_undo_each_other(a: int, b: int) -> None:
    assert Money(a, "EUR") + Money(b, "EUR") - Money(b, "EUR") == Money(a, "EUR")


@given(st.lists(amounts))
def test_total_is_the_sum_of_the_parts(parts: list[int]) -> None:
    assert total([Money(part, "EUR") for part in parts], "EUR") == Money(sum(parts), "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(Invalid, match="cannot combine EUR with GBP"):
        Money(1, "EUR") + Money(1, "GBP")


@pytest.mark.parametrize("amount", [1.5, "1", True])
def test_an_amount_is_an_integer(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(123456, "EUR"), "€1,234.56"),
        (Money(5, "GBP"), "£0.05"),
        (Money(1500, "JPY"), "¥1,500"),
        (Money(1500, "KWD"), "KWD 1.500"),
    ],
)
def test_money_reads_in_its_own_minor_units(money: Money, text: str) -> None:
    assert str(money) == text
