"""The filters of lists and facets as conditions on the table of products."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Exists,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from models.products.tables import CategoryRow, ProductRow, StockRow, VariantRow

products = ProductRow.__table__
_categories = CategoryRow.__table__
# Asked first, so that the planner knows how many products the ids stand for.
_SUBTREE = select(_categories.c.id).where(
    or_(_categories.c.path == bindparam("path"), _categories.c.path.like(bindparam("below")))
)


async def subtree(session: AsyncSession, path: str) -> list[UUID]:
    """Ids of the category with this path and of all below it."""
    # A path has no character that LIKE takes for a wildcard.
    return list(await session.scalars(_SUBTREE, {"path": path, "below": f"{path}/%"}))


def in_stock(product_id: SQLColumnExpression[UUID]) -> Exists:
    return exists().where(
        VariantRow.product_id == product_id,
        VariantRow.active,
        StockRow.variant_id == VariantRow.id,
        StockRow.on_hand > StockRow.reserved,
    )


def in_categories() -> ColumnElement[bool]:
    return _is_any(products.c.category_id, "categories", Uuid())


def of_brands() -> ColumnElement[bool]:
    return _is_any(products.c.brand, "brands", Text())


def _is_any(column: ColumnElement[Any], name: str, kind: Any) -> ColumnElement[bool]:
    """``column`` is one of the bound array; unlike IN, one statement for any number."""
    return column == any_(bindparam(name, type_=ARRAY(kind)))


def price_from_min() -> ColumnElement[bool]:
    return products.c.price_from >= bindparam("price_min")


def price_from_max() -> ColumnElement[bool]:
    return products.c.price_from <= bindparam("price_max")


def rated_at_least() -> ColumnElement[bool]:
    """Its average is at least the bound number of stars."""
    return and_(
        products.c.rating_count > 0,
        products.c.rating_sum >= products.c.rating_count * bindparam("rating_min"),
    )


def has_attribute(name: int, values: int) -> ColumnElement[bool]:
    """The ``name``-th attribute asked for has one of its ``values`` values; by the index."""
    return or_(
        *[
            products.c.attributes.contains(bindparam(attribute_key(name, each), type_=JSONB()))
            for each in range(values)
        ]
    )


def attribute_key(name: int, value: int) -> str:
    return f"attribute_{name}_{value}"


def attribute_values(attributes: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Any]:
    """What ``has_attribute`` binds."""
    return {
        attribute_key(n, each): {name: value}
        for n, (name, values) in enumerate(attributes)
        for each, value in enumerate(values)
    }
