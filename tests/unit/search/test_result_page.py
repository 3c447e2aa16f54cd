"""Ordering and cutting what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deployments.search.domain.ranking import Facts, Ranked
from deployments.search.domain.result_page import ordered, page

_START = datetime(2024, 1, 1, tzinfo=UTC)


def ranked(number: int, price: int = 100) -> Ranked:
    facts = Facts(UUID(int=number), price, _START + timedelta(days=number))
    return Ranked(facts, 1 / number, ("text",))


def numbers(rows: list[Ranked]) -> list[int]:
    return [row.facts.product_id.int for row in rows]


def test_orders_and_relevance_between_equals() -> None:
    found = [ranked(1, 300), ranked(2, 100), ranked(3, 300), ranked(4, 200)]
    assert numbers(ordered(found, "relevance")) == [1, 2, 3, 4]
    assert numbers(ordered(found, "price_asc")) == [2, 4, 1, 3]
    assert numbers(ordered(found, "price_desc")) == [1, 3, 4, 2]
    assert numbers(ordered(found, "newest")) == [4, 3, 2, 1]


def test_pages_follow_one_another() -> None:
    found = [ranked(n) for n in range(1, 6)]
    first, after = page(found, None, 2)
    second, after = page(found, after, 2)
    third, end = page(found, after, 2)
    assert numbers(first + second + third) == [1, 2, 3, 4, 5]
    assert end is None
    assert page([], None, 2) == ([], None)
    exact, end = page(found, None, 5)
    assert (len(exact), end) == (5, None)


def test_a_page_goes_on_after_the_last_row_seen_even_if_rows_moved() -> None:
    _, after = page([ranked(n) for n in (1, 2, 3, 4)], None, 2)
    moved = [ranked(n) for n in (9, 1, 2, 3, 4)]
    assert numbers(page(moved, after, 2)[0]) == [3, 4]
    gone = [ranked(n) for n in (1, 3, 4)]
    assert numbers(page(gone, after, 2)[0]) == [4]
