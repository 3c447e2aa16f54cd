"""Which conditions of a search may be given up when nothing satisfies them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deployments.search.domain.query import Filters
from deployments.search.domain.understanding import Chip
from deployments.shared.money import Money

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """``values``: the query parameters it is made of; ``without``: the filters but for it."""

    label: str
    values: Values
    without: Filters


def conditions(filters: Filters, chips: Sequence[Chip], currency: str | None) -> list[Condition]:
    """Each alone; a lower and an upper price that came in one chip go together."""
    labels = {chip.filters: chip.label for chip in chips}
    joined = next((chip.filters for chip in chips if len(chip.filters) > 1), None)
    found = []
    for values, label, changes in _parts(filters, currency):
        if joined is None or not set(values) <= set(joined):
            found.append(Condition(labels.get(values, label), values, replace(filters, **changes)))
    if joined is not None:
        without = replace(filters, price_min=None, price_max=None)
        found.insert(0, Condition(labels[joined], joined, without))
    return found


def _parts(filters: Filters, currency: str | None) -> Iterable[tuple[Values, str, dict[str, Any]]]:
    def price(amount: int) -> str:
        return str(Money(amount, currency)) if currency else str(amount)

    values: Values
    if filters.price_max is not None:
        values = (("price_max", str(filters.price_max)),)
        yield values, f"up to {price(filters.price_max)}", {"price_max": None}
    if filters.price_min is not None:
        values = (("price_min", str(filters.price_min)),)
        yield values, f"from {price(filters.price_min)}", {"price_min": None}
    if filters.in_stock:
        yield (("in_stock", "true"),), "in stock", {"in_stock": False}
    if filters.rating_min is not None:
        values = (("rating_min", str(filters.rating_min)),)
        yield values, f"{filters.rating_min} stars and up", {"rating_min": None}
    for name, wanted in filters.attributes:
        rest = tuple(each for each in filters.attributes if each[0] != name)
        values = tuple(("attr", f"{name}:{value}") for value in wanted)
        yield values, f"{name}: {' or '.join(wanted)}", {"attributes": rest}
    if filters.brands:
        values = tuple(("brand", brand) for brand in filters.brands)
        yield values, " or ".join(filters.brands), {"brands": ()}
    if filters.category is not None:
        name = filters.category.rpartition("/")[2].replace("-", " ")
        yield (("category", filters.category),), name, {"category": None}


def label(given_up: Sequence[Condition]) -> str:
    quoted = [f"“{condition.label}”" for condition in given_up]
    *first, last = quoted
    return f"without {', '.join(first)} and {last}" if first else f"without {last}"
