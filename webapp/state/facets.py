"""What a product list can be filtered by, and by what it is."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.products.contract import Facets
from deployments.search.contract import Facet
from webapp.listing_url import Listing
from webapp.views import Department

LONGEST_FACET = 14


_LONGEST_ATTRIBUTE_FACET = 8
_MOST_ATTRIBUTE_FACETS = 6


@dataclass
class Choice:
    """A value to filter by, and how many products it leaves (empty when unknown)."""

    value: str
    label: str
    count: str
    selected: bool


@dataclass
class Chip:
    """A filter in force; ``kind`` says which, ``value`` which of several."""

    kind: str
    label: str
    value: str = ""


def choices(facet: Facet | None, chosen: tuple[str, ...]) -> list[Choice]:
    """The facet's values; what is chosen stays to be seen though it finds nothing."""
    values = facet.values[:LONGEST_FACET] if facet else []
    choices = [Choice(v.value, v.label, f"{v.count:,}", v.value in chosen) for v in values]
    known = {choice.value for choice in choices}
    return [*(Choice(name, name, "", True) for name in chosen if name not in known), *choices]


@dataclass
class AttributeGroup:
    """An attribute with its values to choose from."""

    name: str
    choices: list[Choice]
    is_open: bool = False


def brand_choices(facets: Facets, chosen: tuple[str, ...]) -> list[Choice]:
    return _counted(
        [(row.value, row.value, row.count) for row in facets.brands[:LONGEST_FACET]], chosen
    )


def category_choices(facets: Facets) -> list[Choice]:
    return [Choice(row.path, row.name, f"{row.count:,}", False) for row in facets.categories]


def attribute_groups(facets: Facets, chosen: tuple[str, ...]) -> list[AttributeGroup]:
    """Attributes that tell products apart, each with its most frequent values."""
    groups = []
    for facet in facets.attributes:
        own = tuple(value for value in chosen if value.split(":", 1)[0] == facet.name)
        if len(facet.values) < 2 and not own:
            continue
        rows = [
            (f"{facet.name}:{row.value}", row.value, row.count)
            for row in facet.values[:_LONGEST_ATTRIBUTE_FACET]
        ]
        groups.append(AttributeGroup(facet.name, _counted(rows, own), bool(own)))
    # What is chosen in first, so that it is among those shown.
    return sorted(groups, key=lambda group: not group.is_open)[:_MOST_ATTRIBUTE_FACETS]


def rating_choices(facets: Facets, chosen: int | None) -> list[Choice]:
    return [
        Choice(
            str(row.rating_min),
            f"{row.rating_min} stars and more",
            f"{row.count:,}",
            row.rating_min == chosen,
        )
        for row in facets.ratings
        if row.count or row.rating_min == chosen
    ]


def price_hint(facets: Facets) -> str:
    """The prices there are, as whole units of money."""
    low, high = facets.price.min, facets.price.max
    if low is None or high is None or low == high:
        return ""
    return f"€{low // 100:,} – €{-(-high // 100):,}"


def _counted(rows: list[tuple[str, str, int]], chosen: tuple[str, ...]) -> list[Choice]:
    """What is chosen stays to be seen though it finds nothing."""
    known = {value for value, _, _ in rows}
    absent = [Choice(v, v.rsplit(":", 1)[-1], "", True) for v in chosen if v not in known]
    return [*absent, *(Choice(v, label, f"{n:,}", v in chosen) for v, label, n in rows)]


def chips(listing: Listing, tops: list[Department]) -> list[Chip]:
    chips = []
    if listing.is_search and listing.category:
        names = {top.path: top.name for top in tops}
        chips.append(Chip("category", names.get(listing.category, listing.category)))
    chips.extend(Chip("brand", brand, brand) for brand in listing.brands)
    if listing.min_price is not None or listing.max_price is not None:
        chips.append(Chip("price", _price_range(listing.min_price, listing.max_price)))
    if listing.in_stock:
        chips.append(Chip("stock", "In stock"))
    chips.extend(Chip("attribute", text.replace(":", ": ", 1), text) for text in listing.attributes)
    if listing.rating is not None:
        chips.append(Chip("rating", f"{listing.rating} stars and more"))
    return chips


def _price_range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"Up to €{high:,}"
    if high is None:
        return f"€{low:,} and more"
    return f"€{low:,} – €{high:,}"
