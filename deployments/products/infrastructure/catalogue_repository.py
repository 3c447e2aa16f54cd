from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Exists,
    FromClause,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    BrowseQuery,
    Card,
    CategoryLabel,
    CategoryNode,
    Listing,
    PictureOfCard,
    ProductView,
    Sort,
    VariantView,
)
from deployments.products.infrastructure.image_repository import read_image, read_sizes
from models.products.tables import CategoryRow, ImageRow, ProductRow, StockRow, VariantRow

_products = ProductRow.__table__
_categories = CategoryRow.__table__
# A literal, not a parameter: else a prepared plan can't use the indexes of published products.
_PUBLISHED = _products.c.status == literal_column("'published'")

_SORTS: dict[Sort, tuple[str, Any, bool]] = {
    "newest": ("created_at", DateTime(timezone=True), True),
    "price_asc": ("price_from", BigInteger(), False),
    "price_desc": ("price_from", BigInteger(), True),
    "title": ("sort_title", Text(), False),
}


def _in_stock(product_id: ColumnElement[UUID]) -> Exists:
    return exists().where(
        VariantRow.product_id == product_id,
        VariantRow.active,
        StockRow.variant_id == VariantRow.id,
        StockRow.on_hand > StockRow.reserved,
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


def _page(query: BrowseQuery) -> Select[Any]:
    """One row more than asked for, to see whether there is a next page."""
    name, kind, descending = _SORTS[query.sort]
    column, identity = _products.c[name], _products.c.id
    page = select(_products)
    if query.status is not None:
        page = page.where(
            _PUBLISHED if query.status == "published" else _products.c.status == query.status
        )
    if query.category is not None:
        below = _categories.c.path.startswith(f"{query.category}/", autoescape=True)
        page = page.where(
            _products.c.category_id.in_(
                select(_categories.c.id).where(or_(_categories.c.path == query.category, below))
            )
        )
    if query.brands:
        page = page.where(_products.c.brand.in_(query.brands))
    if query.price_min is not None:
        page = page.where(_products.c.price_from >= query.price_min)
    if query.price_max is not None:
        page = page.where(_products.c.price_from <= query.price_max)
    if query.in_stock:
        page = page.where(_in_stock(identity))
    if query.after is not None:
        value, last = query.after
        here = tuple_(column, identity)
        there = tuple_(literal(value, kind), literal(last, Uuid()))
        page = page.where(here < there if descending else here > there)
    order = (column.desc(), identity.desc()) if descending else (column, identity)
    return page.order_by(*order).limit(query.limit + 1)


def _cards(query: BrowseQuery, page: FromClause) -> Select[Any]:
    """What a card shows besides, added after the page is cut, so that it is read for its rows
    only."""
    name, _, descending = _SORTS[query.sort]
    picture = first_image(page.c.id)
    statement = (
        select(
            page,
            _categories.c.slug.label("category_slug"),
            _categories.c.name.label("category_name"),
            _categories.c.path.label("category_path"),
            _in_stock(page.c.id).label("in_stock"),
            picture.c.sizes,
            picture.c.external_url,
        )
        .select_from(page)
        .outerjoin(_categories, _categories.c.id == page.c.category_id)
        .outerjoin(picture, true())
    )
    column, identity = page.c[name], page.c.id
    return statement.order_by(
        *((column.desc(), identity.desc()) if descending else (column, identity))
    )


def _label(row: Any) -> CategoryLabel | None:
    if row.category_path is None:
        return None
    return CategoryLabel(row.category_slug, row.category_name, row.category_path)


def _card(row: Any) -> Card:
    return Card(
        row.id,
        row.slug,
        row.title,
        row.brand,
        _label(row),
        row.currency,
        row.price_from,
        row.price_to,
        row.compare_at_amount,
        row.in_stock,
        picture_of(row),
        row.variant_count,
    )


class SqlCatalogueRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def browse(self, query: BrowseQuery) -> Listing[Card]:
        rows = (await self._session.execute(_cards(query, _page(query).subquery("page")))).all()
        shown = rows[: query.limit]
        name = _SORTS[query.sort][0]
        more = len(rows) > query.limit
        key = (getattr(shown[-1], name), shown[-1].id) if more else None
        return Listing([_card(row) for row in shown], key)

    async def by_id(self, product_id: UUID) -> ProductView | None:
        views = await self._views(_full().where(_products.c.id == product_id))
        return views[0] if views else None

    async def by_slug(self, slug: str) -> ProductView | None:
        views = await self._views(_full().where(_products.c.slug == slug))
        return views[0] if views else None

    async def export(self, after: UUID | None, limit: int) -> Listing[ProductView]:
        statement = _full().where(_PUBLISHED).order_by(_products.c.id).limit(limit + 1)
        if after is not None:
            statement = statement.where(_products.c.id > after)
        views = await self._views(statement)
        shown = views[:limit]
        return Listing(shown, (shown[-1].id,) if len(views) > limit else None)

    async def _views(self, statement: Select[Any]) -> list[ProductView]:
        rows = (await self._session.execute(statement)).all()
        if not rows:
            return []
        ids = [row.id for row in rows]
        images: dict[UUID, list[Any]] = defaultdict(list)
        for image in await self._session.execute(
            select(*ImageRow.__table__.columns)
            .where(ImageRow.product_id.in_(ids))
            .order_by(ImageRow.position, ImageRow.id)
        ):
            images[image.product_id].append(image)
        variants: dict[UUID, list[Any]] = defaultdict(list)
        for variant in await self._session.execute(
            select(
                *VariantRow.__table__.columns,
                (StockRow.on_hand - StockRow.reserved).label("available"),
            )
            .join(StockRow, StockRow.variant_id == VariantRow.id)
            .where(VariantRow.product_id.in_(ids), VariantRow.active)
            .order_by(VariantRow.position)
        ):
            variants[variant.product_id].append(variant)
        return [_view(row, images[row.id], variants[row.id]) for row in rows]

    async def categories(self) -> list[CategoryNode]:
        own = (
            select(_products.c.category_id, func.count().label("products"))
            .where(_PUBLISHED)
            .group_by(_products.c.category_id)
            .subquery()
        )
        rows = await self._session.execute(
            select(_categories, func.coalesce(own.c.products, 0).label("products")).outerjoin(
                own, own.c.category_id == _categories.c.id
            )
        )
        return [
            CategoryNode(
                row.id, row.slug, row.name, row.path, row.parent_id, row.position, row.products
            )
            for row in rows
        ]


def _full() -> Select[Any]:
    return select(
        _products,
        _categories.c.slug.label("category_slug"),
        _categories.c.name.label("category_name"),
        _categories.c.path.label("category_path"),
    ).outerjoin(_categories, _categories.c.id == _products.c.category_id)


def _view(row: Any, images: list[Any], variants: list[Any]) -> ProductView:
    of_variant: dict[UUID, UUID] = {}
    for image in images:
        if image.variant_id is not None:
            of_variant.setdefault(image.variant_id, image.id)
    return ProductView(
        row.id,
        row.slug,
        row.title,
        row.description,
        row.brand,
        _label(row),
        row.attributes,
        tuple(row.tags),
        row.status,
        row.currency,
        tuple(read_image(image) for image in images),
        tuple(
            VariantView(
                variant.id,
                variant.sku,
                variant.barcode,
                variant.options,
                variant.price_amount,
                variant.compare_at_amount,
                variant.available,
                variant.position,
                of_variant.get(variant.id),
            )
            for variant in variants
        ),
        row.created_at,
        row.updated_at,
        row.version,
    )
