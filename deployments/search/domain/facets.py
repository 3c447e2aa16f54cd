"""By what a list of found products can be narrowed, and how many each choice would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from deployments.search.domain.query import Filters, fold
from deployments.search.domain.ranking import Ranked

MOST_NAMES: Final = 8
MOST_VALUES: Final = 12
_MOST_GROUPS: Final = 100
# A name that few of the products have, or whose values hardly tell them apart, helps no one.
LEAST_USE: Final = 0.02
# "90.0" without a unit tells a shopper little.
_BARE_NUMBER: Final = 0.2
_STARS: Final = (4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """``field`` is the query parameter; ``name`` the attribute's."""

    field: str
    values: list[FacetCount]
    name: str = ""


@dataclass(frozen=True, slots=True)
class AttributeCounts:
    """The commonest values of one attribute, and how many of the products have each."""

    name: str
    values: Sequence[tuple[str, int]]


def without_own_choice(filters: Filters) -> dict[tuple[str, str], Filters]:
    """For each facet in which something is chosen, (field, folded name), the filters but that
    choice."""
    others: dict[tuple[str, str], Filters] = {}
    if filters.category is not None:
        others["category", ""] = replace(filters, category=None)
    if filters.brands:
        others["brand", ""] = replace(filters, brands=())
    if filters.rating_min is not None:
        others["rating_min", ""] = replace(filters, rating_min=None)
    for name, _ in filters.attributes:
        rest = tuple(each for each in filters.attributes if each[0] != name)
        others["attr", fold(name)] = replace(filters, attributes=rest)
    return others


def category_counts(found: Iterable[Ranked]) -> FacetCounts:
    pairs = ((r.facts.category_path, r.facts.category_name or r.facts.category_path) for r in found)
    return FacetCounts("category", _counts((path, name or path) for path, name in pairs if path))


def brand_counts(found: Iterable[Ranked]) -> FacetCounts:
    return FacetCounts("brand", _counts((b, b) for r in found if (b := r.facts.brand)))


def rating_counts(found: Iterable[Ranked]) -> FacetCounts:
    """Of so many stars and more."""
    ratings = [r.facts.rating for r in found if r.facts.rating is not None]
    counts = [(stars, sum(rating >= stars for rating in ratings)) for stars in _STARS]
    return FacetCounts(
        "rating_min", [FacetCount(str(s), f"{s} stars and up", n) for s, n in counts if n]
    )


def _counts(values: Iterable[tuple[str, str]]) -> list[FacetCount]:
    """Commonest first."""
    counts = Counter(values)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0][1]))[:_MOST_GROUPS]
    return [FacetCount(value, label, count) for (value, label), count in ordered]


def attribute_facets(
    useful: Iterable[AttributeCounts], chosen: Mapping[str, AttributeCounts]
) -> list[FacetCounts]:
    """Those in which something is ``chosen`` (folded name), then the most useful others."""
    others = [each for each in useful if fold(each.name) not in chosen]
    most = max(MOST_NAMES, len(chosen))
    return [_facet(each) for each in [*chosen.values(), *others][:most] if each.values]


def use(*, share: Any, covered: Any, commonest: Any, worded: Any) -> Any:
    """0..1, of numbers or of arrays of them: how well attributes part products.

    Args:
        share: the part of the products that have the attribute.
        covered: the part of these that the values shown would cover.
        commonest: the part of these that have its commonest value.
        worded: whether a value has a letter.
    """
    return share * covered**2 * (1 - commonest) * (_BARE_NUMBER + (1 - _BARE_NUMBER) * worded)


def _facet(counts: AttributeCounts) -> FacetCounts:
    values = [FacetCount(f"{counts.name}:{value}", value, n) for value, n in counts.values]
    return FacetCounts("attr", values, counts.name)
