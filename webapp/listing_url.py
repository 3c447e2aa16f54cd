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
_LONGEST_LITERAL = MAX_QUERY
_MOST_LITERALS = 10
_RATINGS = ("1", "2", "3", "4")
_MOST_FIELDS = 100
_HIGHEST_PRICE = 1_000_000


@dataclass(frozen=True)
class Listing:
    """``query`` is None on a list that is no search. Prices are whole units of money;
    ``attributes`` are ``name:value``, ``rating`` is stars and more; ``literal`` are words of the
    query that are searched as they are, and not understood as filters."""

    query: str | None = None
    category: str = ""
    brands: tuple[str, ...] = ()
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = False
    attributes: tuple[str, ...] = ()
    rating: int | None = None
    literal: tuple[str, ...] = ()
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

    def has_subject_of(self, other: Listing) -> bool:
        """Whether only filters or the order differ."""
        same_place = self.is_search or self.category == other.category
        return same_place and (self.query, self.literal) == (other.query, other.literal)

    def parameters(self) -> dict[str, Any]:
        """Query parameters of ``GET /products`` and ``GET /ai/search``; prices in minor units."""
        literal = {"literal": list(self.literal)} if self.literal else {}
        return {**self.filters(), **literal, "sort": self.active_sort}

    def filters(self) -> dict[str, Any]:
        """Query parameters of ``GET /products/facets``."""
        return {
            "category": self.category or None,
            "brand": list(self.brands) or None,
            "price_min": None if self.min_price is None else self.min_price * 100,
            "price_max": None if self.max_price is None else self.max_price * 100,
            "in_stock": "true" if self.in_stock else None,
            "attr": list(self.attributes) or None,
            "rating_min": self.rating,
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
        pairs.extend(("literal", words) for words in self.literal)
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

    def taken_literally(self, words: str) -> Listing:
        """The search that takes these words of the query as they are."""
        kept = tuple(known for known in self.literal if known != words)
        return replace(self, literal=(*kept, words)[-_MOST_LITERALS:])

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
    try:
        given = parse_qs(query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        given = {}

    def first(name: str) -> str:
        return given.get(name, [""])[0]

    def several(name: str, longest: int) -> tuple[str, ...]:
        found = (_plain(text)[:longest].strip() for text in given.get(name, []))
        return tuple(dict.fromkeys(filter(None, found)))

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
        brands=several("brand", _LONGEST_BRAND)[:_MOST_BRANDS],
        min_price=low,
        max_price=high,
        in_stock=first("stock") == "1",
        attributes=tuple(
            attribute
            for attribute in several("attr", _LONGEST_ATTRIBUTE)
            if all(attribute.partition(":"))
        )[:_MOST_ATTRIBUTES],
        rating=int(first("rating")) if first("rating") in _RATINGS else None,
        literal=several("literal", _LONGEST_LITERAL)[:_MOST_LITERALS] if search else (),
        sort=sort if sort in (SEARCH_SORTS if search else LISTING_SORTS) else "",
    )


def _plain(text: str) -> str:
    """Without control characters, and with single spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _price(text: str) -> int | None:
    """Whole units of money; only digits are a price."""
    value = int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else None
    return value if value is not None and value <= _HIGHEST_PRICE else None
