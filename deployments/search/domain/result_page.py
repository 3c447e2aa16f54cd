"""Ordering and cutting what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from deployments.search.domain.ranking import Ranked

Sort = Literal["relevance", "price_asc", "price_desc", "newest"]


def ordered(found: Sequence[Ranked], sort: Sort) -> list[Ranked]:
    """``found`` comes by relevance, which also decides between equals."""
    if sort == "price_asc":
        return sorted(found, key=lambda r: r.facts.price)
    if sort == "price_desc":
        return sorted(found, key=lambda r: -r.facts.price)
    if sort == "newest":
        return sorted(found, key=lambda r: r.facts.created_at, reverse=True)
    return list(found)


def page(
    found: Sequence[Ranked], after: tuple[int, UUID] | None, limit: int
) -> tuple[list[Ranked], tuple[int, UUID] | None]:
    """``limit`` rows after the position and product of the last row seen, and where they end.

    The product says where to go on when rows moved since the page before; the position is the
    fallback when it is gone.
    """
    start = 0
    if after is not None:
        position, product_id = after
        places = (i for i, r in enumerate(found) if r.facts.product_id == product_id)
        start = next(places, position) + 1
    rows = list(found[start : start + limit])
    more = start + limit < len(found)
    return rows, (start + len(rows) - 1, rows[-1].facts.product_id) if rows and more else None
