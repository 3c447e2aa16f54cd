"""What may be given up when nothing fits."""

from __future__ import annotations

from deployments.search.domain.query import Filters
from deployments.search.domain.relaxation import conditions, label
from deployments.search.domain.understanding import understand


def test_each_condition_alone_is_given_up() -> None:
    filters = Filters(
        category="home/garden-tools",
        brands=("Lumo", "Vale"),
        price_max=8000,
        in_stock=True,
        rating_min=4,
        attributes=(("Colour", ("Red", "Blue")), ("Size", ("M",))),
    )
    found = conditions(filters, (), "EUR")
    assert [condition.label for condition in found] == [
        "up to €80.00",
        "in stock",
        "4 stars and up",
        "Colour: Red or Blue",
        "Size: M",
        "Lumo or Vale",
        "garden tools",
    ]
    assert found[0].without.price_max is None
    assert found[0].without.brands == ("Lumo", "Vale")
    assert found[3].values == (("attr", "Colour:Red"), ("attr", "Colour:Blue"))
    assert found[3].without.attributes == (("Size", ("M",)),)
    assert conditions(Filters(), (), None) == []


def test_a_chip_gives_its_own_name_and_is_given_up_whole() -> None:
    said = understand("boots between 20 and 80", "EUR", Filters(in_stock=True), ())
    price, stock = conditions(said.filters, said.chips, "EUR")
    assert (price.label, stock.label) == ("20.00–80.00 EUR", "in stock")
    assert price.values == (("price_min", "2000"), ("price_max", "8000"))
    assert price.without == Filters(in_stock=True)
    said = understand("boots under 80", "EUR", Filters(price_min=100), ())
    assert [each.label for each in conditions(said.filters, said.chips, "EUR")] == [
        "under 80.00 EUR",
        "from €1.00",
    ]


def test_labels() -> None:
    one, two, three = conditions(Filters(in_stock=True, rating_min=4, brands=("A",)), (), None)
    assert label([one]) == "without “in stock”"
    assert label([one, two, three]) == "without “in stock”, “4 stars and up” and “A”"
