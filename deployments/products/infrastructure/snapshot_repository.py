from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import SnapshotView
from deployments.products.infrastructure.listing_repository import first_image, picture_of
from models.products.tables import CategoryRow, ImageRow, ProductRow, StockRow, VariantRow


class SqlSnapshotRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_variants(self, variant_ids: Collection[UUID]) -> list[SnapshotView]:
        picture = first_image(
            VariantRow.product_id, ImageRow.variant_id.is_distinct_from(VariantRow.id)
        )
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
