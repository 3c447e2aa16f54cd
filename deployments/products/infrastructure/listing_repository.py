"""Lists of products. The statement of each combination of filters is made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    BrowseQuery,
    Card,
    Listing,
    PictureOfCard,
    Rating,
    Sort,
)
from deployments.products.infrastructure import product_filters as filters
from deployments.products.infrastructure.catalogue_repository import PUBLISHED, category_label
from deployments.products.infrastructure.image_repository import read_sizes
from models.products.tables import CategoryRow, ImageRow, ProductRow

_products = ProductRow.__table__
_categories = CategoryRow.__table__

# Sort → column, its type, descending.
_SORTS: dict[Sort, tuple[str, Any, bool]] = {
    "newest": ("created_at", DateTime(timezone=True), True),
    "price_asc": ("price_from", BigInteger(), False),
    "price_desc": ("price_from", BigInteger(), True),
    "title": ("sort_title", Text(), False),
    "rating": ("rating_rank", BigInteger(), True),
}
_COLUMNS = (
    "id",
    "slug",
    "title",
    "brand",
    "category_id",
    "currency",
    "price_from",
    "price_to",
    "compare_at_amount",
    "variant_count",
    "rating_sum",
    "rating_count",
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which filters a query has; with it alone the statement is determined."""

    sort: Sort
    published: bool
    status: bool
    category: bool
    brands: bool
    price_min: bool
    price_max: bool
    rating_min: bool
    in_stock: bool
    attributes: tuple[int, ...]  # how many values of each attribute
    after: bool

    @classmethod
    def of(cls, query: BrowseQuery) -> _Shape:
        return cls(
            query.sort,
            query.status == "published",
            query.status not in (None, "published"),
            query.category is not None,
            bool(query.brands),
            query.price_min is not None,
            query.price_max is not None,
            query.rating_min is not None,
            query.in_stock,
            tuple(len(values) for _, values in query.attributes),
            query.after is not None,
        )


def first_image(product_id: SQLColumnExpression[UUID], *preference: ColumnElement[Any]) -> Any:
    """Lateral: the image a product is shown with; ``preference`` orders before position."""
    return (
        select(ImageRow.sizes, ImageRow.external_url)
        .where(ImageRow.product_id == product_id)
        .order_by(*preference, ImageRow.position, ImageRow.id)
        .limit(1)
        .correlate_except(ImageRow)
        .lateral("picture")
    )


def picture_of(row: Any) -> PictureOfCard | None:
    if row.sizes is None:
        return None
    return PictureOfCard(read_sizes(row.sizes), row.external_url)


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    identity = _products.c.id
    name, kind, descending = _SORTS[shape.sort]
    here = tuple_(_products.c[name], identity)
    there = tuple_(bindparam("after_value", type_=kind), bindparam("after_id", type_=Uuid()))
    candidates = (
        (shape.published, PUBLISHED),
        (shape.status, _products.c.status == bindparam("status")),
        (shape.category, filters.in_categories()),
        (shape.brands, filters.of_brands()),
        (shape.price_min, filters.price_from_min()),
        (shape.price_max, filters.price_from_max()),
        (shape.rating_min, filters.rated_at_least()),
        (shape.in_stock, filters.in_stock(identity)),
        (shape.after, here < there if descending else here > there),
    )
    having = [filters.has_attribute(n, values) for n, values in enumerate(shape.attributes)]
    return [condition for wanted, condition in candidates if wanted] + having


@lru_cache(maxsize=1024)
def _statement(shape: _Shape) -> Select[Any]:
    """The page is cut first, then what a card shows besides is read for its rows only."""
    name, _, descending = _SORTS[shape.sort]

    def order(columns: Any) -> list[ColumnElement[Any]]:
        keys = [columns.sort_value, columns.id]
        return [key.desc() for key in keys] if descending else keys

    sort_value = _products.c[name].label("sort_value")
    keys = (_products.c[name], _products.c.id)
    page = (
        select(*[_products.c[column] for column in _COLUMNS], sort_value)
        .where(*_conditions(shape))
        .order_by(*[key.desc() if descending else key for key in keys])
        .limit(bindparam("rows"))
        .subquery("page")
    )
    picture = first_image(page.c.id)
    return (
        select(
            page,
            _categories.c.slug.label("category_slug"),
            _categories.c.name.label("category_name"),
            _categories.c.path.label("category_path"),
            filters.in_stock(page.c.id).label("in_stock"),
            picture.c.sizes,
            picture.c.external_url,
        )
        .select_from(page)
        .outerjoin(_categories, _categories.c.id == page.c.category_id)
        .outerjoin(picture, true())
        .order_by(*order(page.c))
    )


def _card(row: Any) -> Card:
    return Card(
        row.id,
        row.slug,
        row.title,
        row.brand,
        category_label(row),
        row.currency,
        row.price_from,
        row.price_to,
        row.compare_at_amount,
        row.in_stock,
        picture_of(row),
        row.variant_count,
        Rating(row.rating_sum, row.rating_count),
    )


class SqlListingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def browse(self, query: BrowseQuery) -> Listing[Card]:
        # One row more than asked for shows whether there is a next page.
        values: dict[str, Any] = {"rows": query.limit + 1}
        shape = _Shape.of(query)
        if query.category is not None:
            values["categories"] = await filters.subtree(self._session, query.category)
        if query.after is not None:
            values["after_value"], values["after_id"] = query.after
        values |= filters.attribute_values(query.attributes)
        for name in ("status", "brands", "price_min", "price_max", "rating_min"):
            if getattr(shape, name):
                values[name] = getattr(query, name)
        rows = (await self._session.execute(_statement(shape), values)).all()
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        key = (shown[-1].sort_value, shown[-1].id) if more else None
        return Listing([_card(row) for row in shown], key)
