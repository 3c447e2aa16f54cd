"""What a product list can be filtered by, and by what it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from deployments.search.contract import Facet
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.listing_url import Listing
from webapp.ttl_cache import TtlCache
from webapp.views import Department

LONGEST_FACET = 14


# Brands of a list are read off its first products, and kept for a while.
_SAMPLE = 100


_BRANDS_FRESH_SECONDS = 120


_MOST_CATEGORIES = 500


_brands: dict[str, TtlCache[list[str]]] = {}


@dataclass
class Choice:
    """A value to filter by, and how many products it leaves (empty when unknown)."""

    value: str
    label: str
    count: str
    selected: bool


@dataclass
class Chip:
    """A filter in force; ``kind`` says which."""

    kind: str
    label: str


def choices(facet: Facet | None, chosen: tuple[str, ...]) -> list[Choice]:
    """The facet's values; what is chosen stays to be seen though it finds nothing."""
    values = facet.values[:LONGEST_FACET] if facet else []
    choices = [Choice(v.value, v.label, f"{v.count:,}", v.value in chosen) for v in values]
    known = {choice.value for choice in choices}
    return [*(Choice(name, name, "", True) for name in chosen if name not in known), *choices]


async def brands_of(category: str) -> list[str]:
    """Brands in a category ("" for all), those with most products first."""
    if category not in _brands:
        if len(_brands) >= _MOST_CATEGORIES:
            _brands.clear()

        async def load() -> list[str]:
            with on_behalf_of(Visitor()):
                found = await services().products.browse(category=category or None, limit=_SAMPLE)
            counts = Counter(product.brand for product in found.items if product.brand)
            return [name for name, _ in counts.most_common()]

        _brands[category] = TtlCache(load, _BRANDS_FRESH_SECONDS)
    return await _brands[category].get()


def chips(listing: Listing, tops: list[Department]) -> list[Chip]:
    chips = []
    if listing.is_search and listing.category:
        names = {top.path: top.name for top in tops}
        chips.append(Chip("category", names.get(listing.category, listing.category)))
    chips.extend(Chip("brand", brand) for brand in listing.brands)
    if listing.min_price is not None or listing.max_price is not None:
        chips.append(Chip("price", _price_range(listing.min_price, listing.max_price)))
    if listing.in_stock:
        chips.append(Chip("stock", "In stock"))
    return chips


def _price_range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"Up to €{high:,}"
    if high is None:
        return f"€{low:,} and more"
    return f"€{low:,} – €{high:,}"
