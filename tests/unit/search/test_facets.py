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


def useful(*products: dict[str, list[str]], most: int = 8) -> list[str]:
    return [counts.name for counts in table_of(*products).useful(most)]


def test_an_attribute_that_parts_the_products_is_more_useful() -> None:
    products = [
        {
            "Same for most": ["yes" if n else "no"],
            "Same for all": ["yes"],
            "Colour": [("Red", "Red", "Blue", "Green")[n % 4]],
            "Serial": [f"n{n}"],
            "Depth": [("10.0", "20.0")[n % 2]],
        }
        for n in range(100)
    ]
    products[3]["Rare"] = ["a"]
    products[4]["Rare"] = ["b"]
    found = useful(*products)
    assert found[:2] == ["Colour", "Depth"]
    assert not {"Same for all", "Same for most", "Serial", "Rare"} & set(found[:2])
    assert "Same for all" not in found
    assert useful(*products, most=1) == ["Colour"]


def test_a_facet_names_the_parameter_and_its_values_the_commonest_first() -> None:
    table = table_of({"Colour": ["Red"]}, {"Colour": ["Red"]}, {"Colour": ["Blue"]})
    (facet,) = attribute_facets(table.useful(8), {})
    assert (facet.field, facet.name) == ("attr", "Colour")
    assert [(v.value, v.label, v.count) for v in facet.values] == [
        ("Colour:Red", "Red", 2),
        ("Colour:Blue", "Blue", 1),
    ]


def test_at_most_eight_attributes_and_what_is_chosen_first() -> None:
    many = [AttributeCounts(f"A{n}", [("x", 50), ("y", 50)]) for n in range(20)]
    chosen = {"a19": AttributeCounts("A19", [("x", 60), ("y", 70)])}
    facets = attribute_facets(many, chosen)
    assert len(facets) == 8
    assert (facets[0].name, facets[0].values[0].count) == ("A19", 60)
    assert [facet.name for facet in facets].count("A19") == 1


def test_at_most_twelve_values() -> None:
    table = table_of(*[{"Size": [str(n % 20), "M"]} for n in range(100)])
    (size,) = table.useful(8)
    assert (len(size.values), size.values[0]) == (12, ("M", 100))


def test_values_that_differ_by_case_count_as_one() -> None:
    table = table_of(
        {"Colour": ["Red", "Blue"]}, {"colour": ["RED"]}, {"Colour": ["Blue"], "Size": ["M"]}, {}
    )
    colour = table.counts_of("colour")
    assert colour is not None
    assert (colour.name, sorted(colour.values)) == ("Colour", [("Blue", 2), ("Red", 2)])
    assert list(table.having("colour:red")) == [True, True, False, False]
    assert not table.having("colour:pink").any()
    assert [counts.name for counts in table.useful(8)] == ["Colour"]
    assert table.counts_of("weight") is None


def test_nothing_found_has_no_attributes() -> None:
    empty = AttributeTable(Dictionary(), [])
    assert empty.useful(8) == []
    assert empty.counts_of("colour") is None
