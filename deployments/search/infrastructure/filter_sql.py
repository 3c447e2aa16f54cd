"""The WHERE clause of a search's filters, the same for both retrievers."""

from __future__ import annotations

from typing import Any

from deployments.search.domain.filter_keys import filter_key
from deployments.search.domain.query import Filters


def conditions(filters: Filters) -> tuple[str, dict[str, Any]]:
    """`` AND …`` over ``document`` (empty without filters) and its parameters."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if filters.category is not None:
        parts.append(
            "(document.category_path = :category "
            "OR starts_with(document.category_path, :category_below))"
        )
        values |= {"category": filters.category, "category_below": f"{filters.category}/"}
    if filters.brands:
        parts.append("lower(document.brand) = ANY(CAST(:brands AS text[]))")
        values["brands"] = [brand.lower() for brand in filters.brands]
    if filters.price_min is not None:
        parts.append("document.price_from >= :price_min")
        values["price_min"] = filters.price_min
    if filters.price_max is not None:
        parts.append("document.price_from <= :price_max")
        values["price_max"] = filters.price_max
    if filters.in_stock:
        parts.append("document.in_stock")
    if filters.rating_min is not None:
        parts.append("document.rating >= :rating_min")
        values["rating_min"] = filters.rating_min
    for place, (name, wanted) in enumerate(filters.attributes):
        parts.append(f"document.filter_keys && CAST(:attribute{place} AS text[])")
        values[f"attribute{place}"] = [filter_key(name, value) for value in wanted]
    return "".join(f" AND {part}" for part in parts), values
