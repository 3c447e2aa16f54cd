"""Which words of a query become filters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deployments.search.application.decide_chips import Decided, decide_chips
from deployments.search.application.results import Results
from deployments.search.domain.query import Filters
from deployments.search.domain.ranking import Facts, Ranked
from deployments.search.domain.understanding import guesses, understand
from deployments.search.domain.vocabulary import Vocabulary, singular
from tests.unit.search.attribute_tables import table_of

_FREE = Filters()
_VOCABULARY = Vocabulary.of(
    currency="EUR",
    categories=[("shoes/boots", "Boots"), ("home/lighting", "Lighting"), ("kids/boots", "Boots")],
    brands=["Lumo", "Gardena Vale", "3M", "X", "Red"],
    attributes=[("Colour", "Red"), ("Material", "stainless steel"), ("Size", "42"), ("A:b", "c")],
)


def test_explicit_phrases_become_filters_and_leave_the_text() -> None:
    said = understand("waterproof boots under 80, rated 4, in stock", "EUR", Filters(), ())
    assert said.rest == "waterproof boots"
    assert said.filters == Filters(price_max=8000, rating_min=4, in_stock=True)
    assert [(chip.kind, chip.words, chip.filters) for chip in said.chips] == [
        ("price", "under 80", (("price_max", "8000"),)),
        ("rating", "rated 4", (("rating_min", "4"),)),
        ("stock", "in stock", (("in_stock", "true"),)),
    ]


def test_words_taken_back_are_searched() -> None:
    said = understand("boots UNDER 80 in stock", "EUR", Filters(), ["under  80"])
    assert (said.rest, said.filters) == ("boots UNDER 80", Filters(in_stock=True))


def test_what_the_shopper_filters_by_wins() -> None:
    chosen = Filters(price_max=5000, in_stock=True)
    said = understand("boots between 20 and 80, in stock", "EUR", chosen, ())
    assert said.rest == "boots"
    assert said.filters == Filters(price_min=2000, price_max=5000, in_stock=True)
    assert [chip.filters for chip in said.chips] == [(("price_min", "2000"),)]


@pytest.mark.parametrize("query", ["under 80", "in stock", "boots", "under 80 ,"])
def test_without_words_to_search_the_query_stays_as_it_is(query: str) -> None:
    assert understand(query, "EUR", Filters(), ()).rest == query


def named(query: str, filters: Filters = _FREE, *literal: str) -> list[tuple[str, list[str]]]:
    found = guesses(query, _VOCABULARY, filters, literal)
    return [(guess.words, [reading.key for reading in guess.readings]) for guess in found]


def test_only_names_of_the_catalogue_are_guessed_the_longest_first() -> None:
    assert named("Stainless-Steel boot by gardena VALE") == [
        ("Stainless-Steel", ["material:stainless steel"]),
        ("boot", ["shoes/boots", "kids/boots"]),
        ("gardena VALE", ["gardena vale"]),
    ]
    assert named("3m tape") == [("3m", ["3m"])]
    assert named("steel vale x 42 c boo") == []


@pytest.mark.parametrize("query", ["Boots", "gardena vale", "stainless steel", "", "?"])
def test_a_name_alone_is_searched(query: str) -> None:
    assert named(query) == []


def test_a_name_may_mean_two_things_unless_one_is_chosen() -> None:
    assert named("red lamp") == [("red", ["red", "colour:red"])]
    assert named("red lamp", Filters(brands=("Lumo",))) == [("red", ["colour:red"])]
    assert named("red lamp", Filters(brands=("L",), attributes=(("COLOUR", ("Blue",)),))) == []
    assert named("new boots", Filters(category="home")) == []
    assert named("red lamp", Filters(), "RED") == []


@pytest.mark.parametrize(
    ("plural", "one"),
    [("boots", "boot"), ("batteries", "battery"), ("boxes", "box"), ("glass", "glass")],
)
def test_plurals(plural: str, one: str) -> None:
    assert singular(plural) == singular(one) == one


def results(*products: dict[str, Any]) -> Results:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    rows, attributes = [], []
    for number, values in enumerate(map(dict, products)):
        attributes.append({"Colour": [values.pop("colour")]} if "colour" in values else {})
        ways: Any = values.pop("ways", ("text",))
        rows.append(Ranked(Facts(UUID(int=number), 100, moment, **values), 1, ways))
    return Results(rows, table_of(*attributes))


def decided(query: str, found: Results, least: float = 0.75) -> Decided:
    return decide_chips(guesses(query, _VOCABULARY, Filters(), ()), found, least)


def test_a_name_filters_when_the_best_results_agree() -> None:
    red = [{"colour": "RED", "brand": "Lumo"}] * 3
    agreed = decided("red lamp", results(*red, {"colour": "Blue"}))
    (chip,) = agreed.chips
    assert (chip.kind, chip.label, chip.words) == ("attribute", "RED", "red")
    assert chip.filters == (("attr", "Colour:RED"),)
    found = results(*red, {"colour": "Blue"}).where(agreed.readings)
    assert len(found.ranked) == 3
    assert decided("red lamp", results(*red[:2], {}, {})) == Decided()


def test_results_by_meaning_alone_say_nothing_of_the_words() -> None:
    near = {"brand": "Nobody", "ways": ("meaning",)}
    agreed = decided("lumo lamp", results({"brand": "LUMO"}, near, near))
    assert [chip.label for chip in agreed.chips] == ["Lumo"]
    assert decided("lumo lamp", results(near, near)) == Decided()
    assert decided("lumo lamp", results()) == Decided()


def test_an_exact_title_is_no_description() -> None:
    exact = {"brand": "Lumo", "ways": ("exact",)}
    assert decided("lumo lamp", results(exact, {"brand": "Lumo"})) == Decided()


def test_a_category_holds_for_what_is_below_it_and_is_the_likelier_of_two() -> None:
    found = results(*[{"category_path": "shoes/boots/rubber"}] * 3, {"category_path": "kids/boots"})
    assert [chip.filters for chip in decided("new boots", found).chips] == [
        (("category", "shoes/boots"),)
    ]
    assert decided("new boots", results({"category_path": "shoes/bootsy"})) == Decided()
    even = results({"category_path": "shoes/boots"}, {"category_path": "kids/boots"})
    assert decided("new boots", even, 0.5) == Decided()


def test_one_brand_at_most() -> None:
    found = results(*[{"brand": "Lumo"}] * 3)
    assert len(decided("lumo lumo lamp", found).chips) == 1
