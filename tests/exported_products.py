"""Products as the products service exports them, made from what would be imported."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from deployments.products.contract import (
    CategoryReference,
    ProductDetail,
    ProductImport,
    Variant,
)
from deployments.shared.schemas import MoneySchema

_NAMESPACE = UUID("6b1c1a52-7f3a-4d39-9a34-0a9b7f2f6a11")
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def product_id(handle: str) -> UUID:
    return uuid5(_NAMESPACE, handle)


def variant_id(sku: str) -> UUID:
    return uuid5(_NAMESPACE, sku)


def detail_of(product: ProductImport) -> ProductDetail:
    """The product as the products service exports it."""
    path = [name.lower().replace(" & ", "-").replace(" ", "-") for name in product.category_names]
    return ProductDetail(
        id=product_id(product.handle),
        slug=product.slug or product.handle,
        title=product.title,
        description=product.description,
        brand=product.brand,
        category=CategoryReference(
            slug=path[-1], name=product.category_names[-1], path="/".join(path)
        )
        if path
        else None,
        attributes=product.attributes,
        tags=product.tags,
        status="published",
        images=[],
        variants=[
            Variant(
                id=variant_id(variant.sku),
                sku=variant.sku,
                barcode=variant.barcode,
                options=variant.options,
                price=MoneySchema(amount=variant.price, currency="EUR"),
                available=variant.on_hand or 0,
                position=position,
            )
            for position, variant in enumerate(product.variants)
        ],
        created_at=_LONG_AGO,
        updated_at=_LONG_AGO,
        version=1,
    )
