"""What a list can be narrowed by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from deployments.search.application.product_attributes import AttributeTable, Dictionary
from deployments.search.domain.facets import (
    AttributeCounts,
    attribute_facets,
    brand_counts,
    category_counts,
    rating_counts,
    without_own_choice,
)
from deployments.search.domain.query import Filters
from deployments.search.domain.ranking import Facts, Ranked
from tests.unit.search.attribute_tables import table_of


def ranked(number: int, **facts: Any) -> Ranked:
    return Ranked(Facts(UUID(int=number), 100, datetime(2024, 1, 1, tzinfo=UTC), **facts), 1, ())


def counted(name: str, *values: tuple[str, int]) -> AttributeCounts:
    return AttributeCounts(name, sum(n for _, n in values), len(values), values)


def test_the_commonest_come_first() -> None:
    found = [
        ranked(1, brand="Lumo", category_path="home", category_name="Home"),
        ranked(2, brand="Lumo", category_path="garden"),
        ranked(3, category_path="home", category_name="Home"),
        ranked(4, brand="Alpen"),
    ]
    assert [(f.value, f.count) for f in brand_counts(found).values] == [("Lumo", 2), ("Alpen", 1)]
    categories = [(f.value, f.label, f.count) for f in category_counts(found).values]
    assert categories == [("home", "Home", 2), ("garden", "garden", 1)]


def test_stars_count_what_has_more_too() -> None:
    found = [ranked(n, rating=stars) for n, stars in enumerate((4.6, 4.0, 3.9, None))]
    assert [(f.value, f.count) for f in rating_counts(found).values] == [
        ("4", 2),
        ("3", 3),
        ("2", 3),
        ("1", 3),
    ]
    assert rating_counts([ranked(1)]).values == []


def test_a_choice_does_not_count_for_its_own_facet() -> None:
    chosen = Filters(
        category="home",
        brands=("Lumo",),
        price_max=900,
        attributes=(("Colour", ("Red",)), ("Size", ("M",))),
    )
    others = without_own_choice(chosen)
    assert set(others) == {("category", ""), ("brand", ""), ("attr", "colour"), ("attr", "size")}
    assert others["attr", "colour"].attributes == (("Size", ("M",)),)
    assert others["brand", ""].category == "home"
    assert all(other.price_max == 900 for other in others.values())
    assert without_own_choice(Filters(price_max=900)) == {}


def test_an_attribute_that_parts_the_products_is_more_useful() -> None:
    facets = attribute_facets(
        [
            counted("Same for all", ("yes", 98), ("no", 2)),
            counted("Colour", ("Red", 40), ("Blue", 30), ("Green", 30)),
            AttributeCounts("Serial", 100, 100, [(f"n{n}", 1) for n in range(12)]),
            counted("Depth", ("10.0", 50), ("20.0", 50)),
            counted("Rare", ("a", 1), ("b", 1)),
        ],
        100,
        {},
    )
    assert [facet.name for facet in facets][:2] == ["Colour", "Depth"]
    assert "Rare" not in {facet.name for facet in facets}
    assert (facets[0].field, facets[0].values[0].value) == ("attr", "Colour:Red")
    assert facets[0].values[0].label == "Red"


def test_at_most_eight_attributes_and_what_is_chosen_first() -> None:
    many = [counted(f"A{n}", ("x", 50), ("y", 50)) for n in range(20)]
    chosen = {"a19": counted("A19", ("x", 60), ("y", 70))}
    facets = attribute_facets(many, 100, chosen)
    assert len(facets) == 8
    assert (facets[0].name, facets[0].values[0].count) == ("A19", 60)
    assert [facet.name for facet in facets].count("A19") == 1


def test_values_that_differ_by_case_count_as_one() -> None:
    table = table_of(
        {"Colour": ["Red", "Blue"]}, {"colour": ["RED"]}, {"Colour": ["Blue"], "Size": ["M"]}, {}
    )
    (colour,) = table.counts()
    assert (colour.name, colour.products, colour.distinct) == ("Colour", 4, 2)
    assert sorted(colour.values) == [("Blue", 2), ("Red", 2)]
    assert list(table.having("colour:red")) == [True, True, False, False]
    assert not table.having("colour:pink").any()
    size = table.counts_of("size")
    assert size is not None
    assert size.values == [("M", 1)]
    assert table.counts_of("weight") is None


def test_nothing_found_has_no_attributes() -> None:
    empty = AttributeTable(Dictionary(), [])
    assert empty.counts() == []
    assert empty.counts_of("colour") is None
