from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from deployments.products.domain.draft import Status
from deployments.products.domain.product import Product, Variant, stock_changes
from deployments.products.domain.slugs import sort_key
from deployments.products.domain.stock import Stock
from models.products.tables import ImageRow, ProductRow, SlugRow, StockRow, VariantRow

# Names the lock of the catalogue's namespace (slugs, SKUs, paths) among advisory locks.
_CATALOGUE_LOCK = 0x6361_7461


def _product_values(product: Product) -> dict[str, Any]:
    cheapest = product.cheapest
    return {
        "id": product.id,
        "slug": product.slug,
        "title": product.title,
        "sort_title": sort_key(product.title),
        "description": product.description,
        "brand": product.brand,
        "category_id": product.category_id,
        "attributes": dict(product.attributes),
        "tags": list(product.tags),
        "status": product.status,
        "currency": product.currency,
        "price_from": cheapest.price,
        "price_to": product.price_to,
        "compare_at_amount": cheapest.compare_at,
        "variant_count": len(product.for_sale),
        "version": product.version,
        "source": product.source,
        "source_handle": product.handle,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


def _variant_values(product_id: UUID, variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "product_id": product_id,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "options": dict(variant.options),
        "price_amount": variant.price,
        "compare_at_amount": variant.compare_at,
        "position": variant.position,
        "active": variant.active,
    }


def _variant(row: Any) -> Variant:
    return Variant(
        row.id,
        row.sku,
        row.barcode,
        row.options,
        row.price_amount,
        row.compare_at_amount,
        row.position,
        row.active,
        Stock(row.on_hand, row.reserved),
    )


def _product(row: Any, variants: Sequence[Variant]) -> Product:
    return Product(
        row.id,
        row.slug,
        row.title,
        row.description,
        row.brand,
        row.category_id,
        row.attributes,
        tuple(row.tags),
        row.status,
        row.currency,
        tuple(sorted(variants, key=lambda variant: variant.position)),
        row.version,
        row.created_at,
        row.updated_at,
        row.source,
        row.source_handle,
    )


class SqlProductRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_catalogue(self) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(_CATALOGUE_LOCK)))

    async def by_id_for_update(self, product_id: UUID) -> Product | None:
        products = await self._for_update(ProductRow.id == product_id)
        return products[0] if products else None

    async def by_handles_for_update(
        self, source: str, handles: Collection[str]
    ) -> dict[str, Product]:
        products = await self._for_update(
            ProductRow.source == source, ProductRow.source_handle.in_(handles)
        )
        return {product.handle: product for product in products if product.handle is not None}

    async def _for_update(self, *conditions: ColumnElement[bool]) -> list[Product]:
        products = (
            await self._session.execute(
                select(*ProductRow.__table__.columns)
                .where(*conditions)
                .order_by(ProductRow.id)
                # The key stays: rows that refer to the product may still be added meanwhile.
                .with_for_update(key_share=True)
            )
        ).all()
        if not products:
            return []
        variants = await self._session.execute(
            select(*VariantRow.__table__.columns, StockRow.on_hand, StockRow.reserved)
            .join(StockRow, StockRow.variant_id == VariantRow.id)
            .where(VariantRow.product_id.in_([row.id for row in products]))
            # As reservations lock it, so that they and this can't wait in a circle.
            .order_by(StockRow.variant_id)
            .with_for_update(of=StockRow)
        )
        by_product: dict[UUID, list[Variant]] = defaultdict(list)
        for row in variants:
            by_product[row.product_id].append(_variant(row))
        return [_product(row, by_product[row.id]) for row in products]

    async def owners_of_skus(self, skus: Collection[str]) -> dict[str, UUID]:
        rows = await self._session.execute(
            select(VariantRow.sku, VariantRow.product_id).where(VariantRow.sku.in_(skus))
        )
        return {row.sku: row.product_id for row in rows}

    async def taken_slugs(self, slugs: Collection[str]) -> set[str]:
        if not slugs:
            return set()
        rows = await self._session.scalars(
            select(ProductRow.slug).where(ProductRow.slug.in_(slugs))
        )
        return set(rows)

    async def keep_old_slugs(self, old: Mapping[str, UUID], *, taken: Collection[str]) -> None:
        if taken:
            await self._session.execute(delete(SlugRow).where(SlugRow.slug.in_(taken)))
        # Another product of the batch may have the slug by now.
        kept = [(slug, product_id) for slug, product_id in old.items() if slug not in taken]
        if kept:
            statement = postgresql_insert(SlugRow).values(
                [{"slug": slug, "product_id": product_id} for slug, product_id in kept]
            )
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["slug"], set_={"product_id": statement.excluded.product_id}
                )
            )

    async def remove(self, product: Product) -> None:
        variants = [variant.id for variant in product.variants]
        await self._remove_variants(variants)
        await self._session.execute(delete(ProductRow).where(ProductRow.id == product.id))

    async def _remove_variants(self, variant_ids: Collection[UUID]) -> None:
        # Their pictures stay with the product, unless it has the same picture already.
        other = aliased(ImageRow)
        await self._session.execute(
            delete(ImageRow)
            .where(
                ImageRow.variant_id.in_(variant_ids),
                other.product_id == ImageRow.product_id,
                other.digest == ImageRow.digest,
                or_(
                    other.variant_id.is_(None),
                    and_(other.variant_id.in_(variant_ids), other.id < ImageRow.id),
                ),
            )
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(delete(StockRow).where(StockRow.variant_id.in_(variant_ids)))
        await self._session.execute(delete(VariantRow).where(VariantRow.id.in_(variant_ids)))

    async def published_in(self, category_ids: Collection[UUID]) -> dict[UUID, int]:
        rows = await self._session.execute(
            select(ProductRow.id, ProductRow.version).where(
                ProductRow.category_id.in_(category_ids), ProductRow.status == "published"
            )
        )
        return {row.id: row.version for row in rows}

    async def versions_of_variants(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        rows = await self._session.execute(
            select(ProductRow.id, ProductRow.version)
            .join(VariantRow, VariantRow.product_id == ProductRow.id)
            .where(VariantRow.id.in_(variant_ids))
        )
        return {row.id: row.version for row in rows}

    async def rate(self, product_id: UUID, stars: int, count: int) -> tuple[Status, int]:
        row = (
            await self._session.execute(
                update(ProductRow)
                .where(ProductRow.id == product_id)
                .values(
                    rating_sum=ProductRow.rating_sum + stars,
                    rating_count=ProductRow.rating_count + count,
                )
                .returning(ProductRow.status, ProductRow.version)
                .execution_options(synchronize_session=False)
            )
        ).one()
        return row.status, row.version

    async def add_all(self, products: Sequence[Product]) -> None:
        if not products:
            return
        await self._session.execute(insert(ProductRow), [_product_values(p) for p in products])
        await self._add_variants([(p.id, v) for p in products for v in p.variants])

    async def _add_variants(self, variants: Sequence[tuple[UUID, Variant]]) -> None:
        if not variants:
            return
        await self._session.execute(insert(VariantRow), [_variant_values(*v) for v in variants])
        await self._session.execute(
            insert(StockRow),
            [{"variant_id": v.id, "on_hand": v.stock.on_hand, "reserved": 0} for _, v in variants],
        )

    async def save_all(self, changes: Sequence[tuple[Product, Product]]) -> None:
        if not changes:
            return
        await self._session.execute(
            update(ProductRow), [_product_values(after) for _, after in changes]
        )
        await self._save_variants(changes)

    async def _save_variants(self, changes: Sequence[tuple[Product, Product]]) -> None:
        added: list[tuple[UUID, Variant]] = []
        changed: list[dict[str, Any]] = []
        gone: list[UUID] = []
        counts: dict[UUID, int] = {}
        for before, after in changes:
            old = {variant.id: variant for variant in before.variants}
            kept = {variant.id for variant in after.variants}
            gone += [identity for identity in old if identity not in kept]
            added += [(after.id, v) for v in after.variants if v.id not in old]
            changed += [
                _variant_values(after.id, v)
                for v in after.variants
                if v.id in old and v != old[v.id]
            ]
            counts |= {
                change.variant_id: change.delta
                for change in stock_changes(before, after)
                if change.variant_id in old and change.variant_id in kept
            }
        if changed:
            await self._session.execute(update(VariantRow), changed)
        for variant_id, delta in counts.items():
            await self._session.execute(
                update(StockRow)
                .where(StockRow.variant_id == variant_id)
                .values(on_hand=StockRow.on_hand + delta)
            )
        if gone:
            await self._remove_variants(gone)
        await self._add_variants(added)
