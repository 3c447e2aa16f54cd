"""The state of a product list as its address says it, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

LISTING_SORTS = {
    "newest": "Newest first",
    "price_asc": "Price: low to high",
    "price_desc": "Price: high to low",
    "title": "Name A–Z",
    "rating": "Best rated",
}
SEARCH_SORTS = {
    "relevance": "Best match",
    "price_asc": "Price: low to high",
    "price_desc": "Price: high to low",
    "newest": "Newest first",
}
MAX_QUERY = 200
_LONGEST_PATH = 300
_LONGEST_BRAND = 120
_MOST_BRANDS = 20
_LONGEST_ATTRIBUTE = 240
_MOST_ATTRIBUTES = 20
_RATINGS = ("1", "2", "3", "4")
_HIGHEST_PRICE = 1_000_000


@dataclass(frozen=True)
class Listing:
    """``query`` is None on a list that is no search. Prices are whole units of money;
    ``attributes`` are ``name:value`` and, like ``rating`` (stars and more), not of a search."""

    query: str | None = None
    category: str = ""
    brands: tuple[str, ...] = ()
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = False
    attributes: tuple[str, ...] = ()
    rating: int | None = None
    sort: str = ""

    @property
    def is_search(self) -> bool:
        return self.query is not None

    @property
    def sorts(self) -> dict[str, str]:
        return SEARCH_SORTS if self.is_search else LISTING_SORTS

    @property
    def active_sort(self) -> str:
        return self.sort or next(iter(self.sorts))

    @property
    def filter_count(self) -> int:
        by_category = self.is_search and bool(self.category)
        by_price = self.min_price is not None or self.max_price is not None
        flags = [by_category, by_price, self.in_stock, self.rating is not None]
        return sum(flags) + len(self.brands) + len(self.attributes)

    def parameters(self) -> dict[str, Any]:
        """Query parameters of ``GET /products`` and ``GET /ai/search``; prices in minor units."""
        return {**self.filters(), "sort": self.active_sort}

    def filters(self) -> dict[str, Any]:
        """Query parameters of ``GET /products/facets``."""
        own = {} if self.is_search else {"attr": list(self.attributes), "rating_min": self.rating}
        return {
            "category": self.category or None,
            "brand": list(self.brands) or None,
            "price_min": None if self.min_price is None else self.min_price * 100,
            "price_max": None if self.max_price is None else self.max_price * 100,
            "in_stock": "true" if self.in_stock else None,
            **{name: value or None for name, value in own.items()},
        }

    def url(self) -> str:
        pairs: list[tuple[str, str]] = []
        if self.is_search:
            path = "/search"
            pairs.append(("q", self.query or ""))
            if self.category:
                pairs.append(("category", self.category))
        else:
            path = f"/category/{self.category}" if self.category else "/products"
        pairs.extend(("brand", brand) for brand in self.brands)
        if self.min_price is not None:
            pairs.append(("min", str(self.min_price)))
        if self.max_price is not None:
            pairs.append(("max", str(self.max_price)))
        if self.in_stock:
            pairs.append(("stock", "1"))
        pairs.extend(("attr", attribute) for attribute in self.attributes)
        if self.rating is not None:
            pairs.append(("rating", str(self.rating)))
        if self.sort and self.sort != next(iter(self.sorts)):
            pairs.append(("sort", self.sort))
        return path + ("?" + urlencode(pairs) if pairs else "")

    def toggle_brand(self, brand: str) -> Listing:
        kept = tuple(name for name in self.brands if name != brand)
        return replace(self, brands=kept if brand in self.brands else (*kept, brand))

    def toggle_attribute(self, attribute: str) -> Listing:
        kept = tuple(known for known in self.attributes if known != attribute)
        return replace(
            self, attributes=kept if attribute in self.attributes else (*kept, attribute)
        )

    def without_filters(self) -> Listing:
        cleared = replace(
            self,
            brands=(),
            min_price=None,
            max_price=None,
            in_stock=False,
            attributes=(),
            rating=None,
        )
        return replace(cleared, category="") if self.is_search else cleared


def parse(path: str, query: str) -> Listing:
    """The listing at ``path?query``; what can't be understood is as if it were absent."""
    given = parse_qs(query, max_num_fields=60)

    def first(name: str) -> str:
        return given.get(name, [""])[0]

    parts = [part for part in path.split("/") if part]
    search = parts[:1] == ["search"]
    category = "/".join(parts[1:]) if parts[:1] == ["category"] else ""
    sort = first("sort")
    low, high = _price(first("min")), _price(first("max"))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Listing(
        query=_plain(first("q"))[:MAX_QUERY].strip() if search else None,
        category=_plain(first("category"))[:_LONGEST_PATH] if search else category,
        brands=tuple(
            dict.fromkeys(_plain(brand)[:_LONGEST_BRAND] for brand in given.get("brand", []))
        )[:_MOST_BRANDS],
        min_price=low,
        max_price=high,
        in_stock=first("stock") == "1",
        attributes=()
        if search
        else tuple(
            dict.fromkeys(
                attribute
                for given_attribute in given.get("attr", [])
                if ":" in (attribute := _plain(given_attribute)[:_LONGEST_ATTRIBUTE]).strip(":")
            )
        )[:_MOST_ATTRIBUTES],
        rating=int(first("rating")) if not search and first("rating") in _RATINGS else None,
        sort=sort if sort in (SEARCH_SORTS if search else LISTING_SORTS) else "",
    )


def _plain(text: str) -> str:
    """Without control characters, and with single spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _price(text: str) -> int | None:
    """Whole units of money; only digits are a price."""
    value = int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else None
    return value if value is not None and value <= _HIGHEST_PRICE else None
