"""What a product list can be filtered by, and by what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deployments.products.contract import Facets
from deployments.search.contract import Facet, PriceSpan
from webapp.listing_url import Listing
from webapp.views import Department

LONGEST_FACET = 30
SHOWN_AT_ONCE = 8
_LONGEST_ATTRIBUTE_FACET = 12
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


@dataclass
class AttributeGroup:
    """An attribute with its values to choose from."""

    name: str
    choices: list[Choice]
    is_open: bool = False


@dataclass
class FilterChoices:
    """All that a list can be filtered by."""

    categories: list[Choice] = field(default_factory=list)
    brands: list[Choice] = field(default_factory=list)
    attributes: list[AttributeGroup] = field(default_factory=list)
    ratings: list[Choice] = field(default_factory=list)
    price_hint: str = ""


def of_list(facets: Facets, listing: Listing) -> FilterChoices:
    return FilterChoices(
        categories=[
            Choice(row.path, row.name, f"{row.count:,}", False) for row in facets.categories
        ],
        brands=_counted(
            [(row.value, row.value, row.count) for row in facets.brands[:LONGEST_FACET]],
            listing.brands,
        ),
        attributes=_attribute_groups(
            {
                facet.name: [(f"{facet.name}:{v.value}", v.value, v.count) for v in facet.values]
                for facet in facets.attributes
            },
            listing.attributes,
        ),
        ratings=[
            _rating(row.rating_min, row.count, listing)
            for row in facets.ratings
            if row.count or row.rating_min == listing.rating
        ],
        price_hint=_price_hint(facets.price.min, facets.price.max),
    )


def of_search(facets: Sequence[Facet], prices: PriceSpan | None, listing: Listing) -> FilterChoices:
    def rows(field: str, most: int = LONGEST_FACET) -> list[tuple[str, str, int]]:
        found = next((facet.values for facet in facets if facet.field == field), [])
        return [(value.value, value.label, value.count) for value in found[:most]]

    categories = (listing.category,) if listing.category else ()
    return FilterChoices(
        categories=_counted(rows("category"), categories),
        brands=_counted(rows("brand"), listing.brands),
        attributes=_attribute_groups(
            {
                facet.name: [(v.value, v.label, v.count) for v in facet.values]
                for facet in facets
                if facet.field == "attr"
            },
            listing.attributes,
        ),
        ratings=[
            _rating(int(value), count, listing)
            for value, _, count in rows("rating_min")
            if value.isdecimal() and (count or int(value) == listing.rating)
        ],
        price_hint=_price_hint(prices.min, prices.max) if prices else "",
    )


def _attribute_groups(
    facets: dict[str, list[tuple[str, str, int]]], chosen: tuple[str, ...]
) -> list[AttributeGroup]:
    """Attributes that tell products apart, each with its most frequent values."""
    groups = []
    for name, values in facets.items():
        own = tuple(value for value in chosen if value.split(":", 1)[0] == name)
        if len(values) > 1 or own:
            shown = _counted(values[:_LONGEST_ATTRIBUTE_FACET], own)
            groups.append(AttributeGroup(name, shown, bool(own)))
    # What is chosen in first, so that it is among those shown.
    return sorted(groups, key=lambda group: not group.is_open)[:_MOST_ATTRIBUTE_FACETS]


def _rating(stars: int, count: int, listing: Listing) -> Choice:
    return Choice(str(stars), f"{stars} stars and more", f"{count:,}", stars == listing.rating)


def _price_hint(low: int | None, high: int | None) -> str:
    """The prices there are, as whole units of money."""
    if low is None or high is None or low == high:
        return ""
    return f"€{low // 100:,} – €{-(-high // 100):,}"


def _counted(rows: list[tuple[str, str, int]], chosen: tuple[str, ...]) -> list[Choice]:
    """What is chosen stays to be seen, though it finds nothing or comes late in the list."""
    late = [row for row in rows[SHOWN_AT_ONCE:] if row[0] in chosen]
    rows = [*late, *(row for row in rows if row not in late)]
    known = {value for value, _, _ in rows}
    absent = [Choice(v, v.rsplit(":", 1)[-1], "", True) for v in chosen if v not in known]
    return [*absent, *(Choice(v, label, f"{n:,}", v in chosen) for v, label, n in rows)]


def chips(listing: Listing, tops: list[Department]) -> list[Chip]:
    chips = []
    if listing.is_search and listing.category:
        chips.append(Chip("category", _category_name(listing.category, tops)))
    chips.extend(Chip("brand", brand, brand) for brand in listing.brands)
    if listing.min_price is not None or listing.max_price is not None:
        chips.append(Chip("price", _price_range(listing.min_price, listing.max_price)))
    if listing.in_stock:
        chips.append(Chip("stock", "In stock"))
    chips.extend(Chip("attribute", text.replace(":", ": ", 1), text) for text in listing.attributes)
    if listing.rating is not None:
        chips.append(Chip("rating", f"{listing.rating} stars and more"))
    return chips


def _category_name(path: str, tops: list[Department]) -> str:
    names = {child.href: child.label for top in tops for child in top.children}
    names |= {top.href: top.name for top in tops}
    return names.get(f"/category/{path}") or path.rsplit("/", 1)[-1].replace("-", " ").capitalize()


def _price_range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"Up to €{high:,}"
    if high is None:
        return f"€{low:,} and more"
    return f"€{low:,} – €{high:,}"
