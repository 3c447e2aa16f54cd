"""Counts to narrow a list by."""

from __future__ import annotations

from deployments.shared.schemas import Schema


class FacetValue(Schema):
    value: str
    count: int


class CategoryFacet(Schema):
    """A category right below the one chosen; ``count`` includes what is below it."""

    slug: str
    name: str
    path: str
    count: int


class AttributeFacet(Schema):
    """An attribute with its most frequent values: filter by `attr=<name>:<value>`."""

    name: str
    values: list[FacetValue]


class RatingFacet(Schema):
    rating_min: int
    count: int


class PriceRange(Schema):
    """Of the prices products start at, in minor units; null when there is none."""

    min: int | None = None
    max: int | None = None
    currency: str | None = None


class Facets(Schema):
    """How many products each further filter would leave. What is chosen in a facet does not
    count for that facet itself, so that one can choose another value."""

    total: int
    categories: list[CategoryFacet]
    brands: list[FacetValue]
    price: PriceRange
    in_stock: int
    attributes: list[AttributeFacet]
    ratings: list[RatingFacet]
