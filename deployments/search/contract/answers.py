"""What a search says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.products.contract import ProductCard
from deployments.shared.schemas import Schema

Mode = Literal["hybrid", "lexical"]
SearchSort = Literal["relevance", "price_asc", "price_desc", "newest"]


class Reason(Schema):
    """Why a product is in the list: ``kind`` is where the query was found, ``text`` what of it
    (words for a field, the synonym used; empty for meaning)."""

    kind: Literal[
        "exact", "title", "brand", "category", "attribute", "description", "synonym", "meaning"
    ]
    text: str = ""


class SearchHit(Schema):
    product: ProductCard
    score: float
    matched_by: list[Literal["exact", "text", "meaning"]]
    why: list[Reason] = Field(default_factory=list)


class FacetValue(Schema):
    value: str
    label: str
    count: int


class Facet(Schema):
    """``field`` is the query parameter that filters by it, with one of the values: ``category``,
    ``brand``, ``attr``, ``rating_min``. What is chosen in a facet does not count for that facet
    itself. ``name`` is the attribute's where the field is ``attr``."""

    field: str
    name: str = ""
    values: list[FacetValue]


class PriceSpan(Schema):
    """Lowest and highest price of what was found, minor units."""

    min: int
    max: int
    currency: str


class FilterValue(Schema):
    """A query parameter of this search and its value."""

    name: str
    value: str


class Chip(Schema):
    """A part of the query that was understood as filters. With ``words`` passed as the parameter
    ``literal`` it is searched as words instead."""

    kind: Literal["price", "brand", "category", "attribute", "stock", "rating"]
    label: str = Field(examples=["under 80.00 EUR"])
    words: str = Field(examples=["under 80"])
    filters: list[FilterValue]


class Alternatives(Schema):
    """What comes nearest when nothing fits. ``relaxed``: the constraints that were given up, by
    parameter; empty when nothing in the shop is like the query."""

    relaxed: list[FilterValue]
    label: str = Field(examples=["without “under 80.00 EUR”"])
    items: list[SearchHit]
    total: int


class SearchResponse(Schema):
    """``mode`` is ``lexical`` when the embedder did not answer in time; ``corrected_query`` is
    what was searched when the query held a misspelt word, and ``did_you_mean`` a likely other
    spelling that was not searched. ``searched`` is the query without its ``chips``. Without a good
    match ``items`` is empty and ``alternatives`` holds what comes nearest."""

    query: str
    searched: str = ""
    corrected_query: str | None = None
    did_you_mean: str | None = None
    chips: list[Chip] = Field(default_factory=list)
    items: list[SearchHit]
    total: int
    alternatives: Alternatives | None = None
    facets: list[Facet] = Field(default_factory=list)
    prices: PriceSpan | None = None
    mode: Mode
    index_version: str
    took_ms: float
    next_cursor: str | None = None


class Suggestion(Schema):
    """``target`` is a product's id, a category's path or a query others asked, as ``kind`` says;
    ``product`` is there for a product."""

    kind: Literal["category", "product", "query"]
    text: str
    target: str
    product: ProductCard | None = None
