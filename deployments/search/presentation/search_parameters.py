"""The query of a search."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request

from deployments.search.domain.query import Filters
from deployments.shared.errors import Invalid
from deployments.shared.pagination import decode_cursor

_MAX_AMOUNT: Final = 10**12
_PARAMETERS: Final = (
    "query",
    "category",
    "brand",
    "price_min",
    "price_max",
    "in_stock",
    "rating_min",
    "attr",
    "literal",
    "sort",
    "limit",
    "cursor",
)


async def only_known_parameters(request: Request) -> None:
    """A misspelt filter must not widen the answer silently."""
    unknown = sorted(set(request.query_params) - set(_PARAMETERS))
    if unknown:
        raise Invalid(
            "unknown_filter",
            f"unknown: {', '.join(unknown)}; known: {', '.join(_PARAMETERS)}",
            known=list(_PARAMETERS),
        )


async def filters(
    *,
    category: Annotated[
        str | None, Query(max_length=600, description="path; includes what is below it")
    ] = None,
    brand: Annotated[
        list[Annotated[str, Query(max_length=120)]] | None,
        Query(max_length=20, description="one of these"),
    ] = None,
    price_min: Annotated[int | None, Query(ge=0, le=_MAX_AMOUNT, description="minor units")] = None,
    price_max: Annotated[int | None, Query(ge=0, le=_MAX_AMOUNT)] = None,
    in_stock: Annotated[bool, Query(description="only what can be bought now")] = False,
    rating_min: Annotated[
        int | None, Query(ge=1, le=5, description="stars on average, of published reviews")
    ] = None,
    attr: Annotated[
        list[Annotated[str, Query(max_length=600, pattern=r"^[^\x00:]+:[^\x00]+$")]] | None,
        Query(
            max_length=20,
            description="`<name>:<value>`; of the same name any of, of several names each",
            examples=[["Material:Steel", "Colour:Navy"]],
        ),
    ] = None,
) -> Filters:
    # PostgreSQL's text cannot hold NUL, so nothing is called so.
    brands = tuple(name.replace("\0", " ") for name in brand or ())
    path = category.replace("\0", " ").strip("/") if category else None
    return Filters(
        category=path or None,
        brands=brands,
        price_min=price_min,
        price_max=price_max,
        in_stock=in_stock,
        rating_min=rating_min,
        attributes=_attributes(attr or []),
    )


def _attributes(pairs: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``Name:Value`` pairs as (name, its values), names in order of appearance."""
    found: dict[str, dict[str, None]] = {}
    for pair in pairs:
        name, _, value = pair.partition(":")
        found.setdefault(name.strip(), {})[value.strip()] = None
    return tuple((name, tuple(values)) for name, values in found.items())


def seen_until(cursor: str | None, sort: str) -> tuple[int, UUID] | None:
    """Position and product of the last row seen; raises ``Invalid`` ``invalid_cursor``."""
    if cursor is None:
        return None
    known_sort, position, product_id = decode_cursor(cursor, 3)
    if known_sort != sort or not isinstance(position, int) or position < 0:
        raise Invalid("invalid_cursor", "cursor belongs to another list or sort order")
    try:
        return position, UUID(product_id)
    except (ValueError, AttributeError, TypeError) as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error
