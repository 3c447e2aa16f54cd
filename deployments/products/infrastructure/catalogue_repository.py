"""Reads of whole products. Statements are made once; a request only binds its values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    CategoryLabel,
    CategoryNode,
    Listing,
    ProductView,
    Rating,
    VariantView,
)
from deployments.products.domain.colours import colour_of
from deployments.products.domain.draft import Status
from deployments.products.infrastructure.image_repository import read_image
from models.products.tables import (
    CategoryRow,
    ImageRow,
    ProductRow,
    SlugRow,
    StockRow,
    VariantRow,
)

_products = ProductRow.__table__
_categories = CategoryRow.__table__
# A literal, not a parameter: else a prepared plan can't use the indexes of published products.
PUBLISHED = _products.c.status == literal_column("'published'")

_FULL: Select[Any] = select(
    _products,
    _categories.c.slug.label("category_slug"),
    _categories.c.name.label("category_name"),
    _categories.c.path.label("category_path"),
).outerjoin(_categories, _categories.c.id == _products.c.category_id)
_BY_ID = _FULL.where(_products.c.id == bindparam("id"))
_BY_SLUG = _FULL.where(_products.c.slug == bindparam("slug"))
_BY_OLD_SLUG = _FULL.join(SlugRow, SlugRow.product_id == _products.c.id).where(
    SlugRow.slug == bindparam("slug")
)
_STATUS = select(_products.c.status).where(_products.c.id == bindparam("id"))
_PAGE = _FULL.order_by(_products.c.id).limit(bindparam("rows"))
_AFTER = _products.c.id > bindparam("after")
# (only published ones, the first page) → statement
_PAGES = {
    (True, True): _PAGE.where(PUBLISHED),
    (True, False): _PAGE.where(PUBLISHED, _AFTER),
    (False, True): _PAGE,
    (False, False): _PAGE.where(_AFTER),
}
_IMAGES = (
    select(*ImageRow.__table__.columns)
    .where(ImageRow.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(ImageRow.position, ImageRow.id)
)
_VARIANTS = (
    select(
        *VariantRow.__table__.columns,
        StockRow.on_hand,
        (StockRow.on_hand - StockRow.reserved).label("available"),
    )
    .join(StockRow, StockRow.variant_id == VariantRow.id)
    .where(VariantRow.product_id.in_(bindparam("ids", expanding=True)), VariantRow.active)
    .order_by(VariantRow.position)
)
_OWN_COUNTS = (
    select(_products.c.category_id, func.count().label("products"))
    .where(PUBLISHED)
    .group_by(_products.c.category_id)
    .subquery()
)
_CATEGORIES = select(
    _categories, func.coalesce(_OWN_COUNTS.c.products, 0).label("products")
).outerjoin(_OWN_COUNTS, _OWN_COUNTS.c.category_id == _categories.c.id)


def category_label(row: Any) -> CategoryLabel | None:
    if row.category_path is None:
        return None
    return CategoryLabel(row.category_slug, row.category_name, row.category_path)


class SqlCatalogueRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, product_id: UUID) -> ProductView | None:
        views = await self._views(_BY_ID, {"id": product_id})
        return views[0] if views else None

    async def by_slug(self, slug: str) -> ProductView | None:
        views = await self._views(_BY_SLUG, {"slug": slug})
        if not views:
            views = await self._views(_BY_OLD_SLUG, {"slug": slug})
        return views[0] if views else None

    async def status(self, product_id: UUID) -> Status | None:
        status: Status | None = await self._session.scalar(_STATUS, {"id": product_id})
        return status

    async def export(
        self, after: UUID | None, limit: int, *, published: bool
    ) -> Listing[ProductView]:
        # One row more than asked for shows whether there is a next page.
        values = {"rows": limit + 1, "after": after}
        if after is None:
            del values["after"]
        views = await self._views(_PAGES[published, after is None], values)
        shown = views[:limit]
        return Listing(shown, (shown[-1].id,) if len(views) > limit else None)

    async def _views(self, statement: Select[Any], values: Mapping[str, Any]) -> list[ProductView]:
        rows = (await self._session.execute(statement, values)).all()
        if not rows:
            return []
        ids = {"ids": [row.id for row in rows]}
        images: dict[UUID, list[Any]] = defaultdict(list)
        for image in await self._session.execute(_IMAGES, ids):
            images[image.product_id].append(image)
        variants: dict[UUID, list[Any]] = defaultdict(list)
        for variant in await self._session.execute(_VARIANTS, ids):
            variants[variant.product_id].append(variant)
        return [_view(row, images[row.id], variants[row.id]) for row in rows]

    async def categories(self) -> list[CategoryNode]:
        return [
            CategoryNode(
                row.id, row.slug, row.name, row.path, row.parent_id, row.position, row.products
            )
            for row in await self._session.execute(_CATEGORIES)
        ]


def _images_of_variants(images: list[Any], variants: list[Any]) -> dict[UUID, UUID]:
    """Variant → its own first picture, else that of a variant of the same colour."""
    own: dict[UUID, UUID] = {}
    for image in images:
        if image.variant_id is not None:
            own.setdefault(image.variant_id, image.id)
    colours = {variant.id: colour_of(variant.options) for variant in variants}
    of_colour: dict[str, UUID] = {}
    for image in images:
        colour = colours.get(image.variant_id)
        if colour is not None:
            of_colour.setdefault(colour, image.id)
    for variant_id, colour in colours.items():
        if colour in of_colour:
            own.setdefault(variant_id, of_colour[colour])
    return own


def _view(row: Any, images: list[Any], variants: list[Any]) -> ProductView:
    of_variant = _images_of_variants(images, variants)
    return ProductView(
        row.id,
        row.slug,
        row.title,
        row.description,
        row.brand,
        category_label(row),
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
                variant.on_hand,
                variant.available,
                variant.position,
                of_variant.get(variant.id),
            )
            for variant in variants
        ),
        row.created_at,
        row.updated_at,
        row.version,
        Rating(row.rating_sum, row.rating_count),
    )
