"""Cursors of lists that are sorted by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from deployments.cart.domain.order import Order
from deployments.shared.errors import Invalid
from deployments.shared.pagination import Page, decode_cursor, encode_cursor
from deployments.shared.schemas import Schema

S = TypeVar("S", bound=Schema)


def before_cursor(cursor: str | None) -> UUID | None:
    """The id that ``cursor`` holds; ``Invalid`` when it is not one of ours."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error


def page_of(orders: Sequence[Order], limit: int, present: Callable[[Order], S]) -> Page[S]:
    """``orders`` are one more than ``limit`` when another page follows."""
    shown = orders[:limit]
    more = encode_cursor(shown[-1].id) if len(orders) > limit else None
    return Page[S](items=[present(order) for order in shown], next_cursor=more)
