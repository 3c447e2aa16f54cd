"""The WHERE clause of a search's filters, the same for both retrievers."""

from __future__ import annotations

from typing import Any

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
    if filters.min_price is not None:
        parts.append("document.price_from >= :min_price")
        values["min_price"] = filters.min_price
    if filters.max_price is not None:
        parts.append("document.price_from <= :max_price")
        values["max_price"] = filters.max_price
    if filters.in_stock is not None:
        parts.append("document.in_stock = :in_stock")
        values["in_stock"] = filters.in_stock
    return "".join(f" AND {part}" for part in parts), values
