from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, case, column, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from deployments.products.application.read_models import SnapshotView
from deployments.products.domain.colours import COLOUR_OPTIONS
from deployments.products.infrastructure.listing_repository import first_image, picture_of
from models.products.tables import CategoryRow, ImageRow, ProductRow, StockRow, VariantRow


def _colour(variant: Any) -> Any:
    """As ``colour_of`` finds it."""
    option = func.json_each_text(variant.options).table_valued(
        column("key", Text), column("value", Text)
    )
    return (
        select(func.lower(func.btrim(option.c.value)))
        .select_from(option)
        .where(func.lower(func.btrim(option.c.key)).in_(COLOUR_OPTIONS))
        .limit(1)
        .correlate(variant)
        .scalar_subquery()
    )


class SqlSnapshotRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_variants(self, variant_ids: Collection[UUID]) -> list[SnapshotView]:
        sibling = aliased(VariantRow)
        same_colour = (
            select(sibling.id)
            .where(
                sibling.product_id == VariantRow.product_id,
                sibling.active,
                _colour(sibling) == _colour(VariantRow),
            )
            .correlate(VariantRow)
        )
        # Its own, one of its colour, one of the product as a whole, any.
        preference = case(
            (ImageRow.variant_id == VariantRow.id, 0),
            (ImageRow.variant_id.in_(same_colour), 1),
            (ImageRow.variant_id.is_(None), 2),
            else_=3,
        )
        picture = first_image(VariantRow.product_id, preference)
        rows = await self._session.execute(
            select(
                VariantRow.id.label("variant_id"),
                VariantRow.product_id,
                ProductRow.slug,
                ProductRow.title,
                VariantRow.sku,
                VariantRow.options,
                ProductRow.currency,
                VariantRow.price_amount,
                (StockRow.on_hand - StockRow.reserved).label("available"),
                and_(VariantRow.active, ProductRow.status == "published").label("published"),
                CategoryRow.path.label("category_path"),
                picture.c.sizes,
                picture.c.external_url,
            )
            .join(ProductRow, ProductRow.id == VariantRow.product_id)
            .join(StockRow, StockRow.variant_id == VariantRow.id)
            .outerjoin(CategoryRow, CategoryRow.id == ProductRow.category_id)
            .outerjoin(picture, true())
            .where(VariantRow.id.in_(variant_ids))
        )
        return [
            SnapshotView(
                row.variant_id,
                row.product_id,
                row.slug,
                row.title,
                row.sku,
                row.options,
                row.currency,
                row.price_amount,
                row.available,
                row.published,
                picture_of(row),
                row.category_path,
            )
            for row in rows
        ]
