"""The demo catalogue as the products service would give it back, without the service."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from deployments.products.contract import (
    CategoryReference,
    ProductDetail,
    ProductImport,
    Variant,
)
from deployments.sandbox.demo.catalogue import load_catalogue, slug_of
from deployments.shared.schemas import MoneySchema

_NAMESPACE = UUID("00000000-0000-4000-8000-000000000001")
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def stored(product: ProductImport) -> ProductDetail:
    names = product.category_names
    return ProductDetail(
        id=uuid5(_NAMESPACE, product.handle),
        slug=product.slug or product.handle,
        title=product.title,
        description=product.description,
        category=CategoryReference(
            slug=slug_of(names[-1]), name=names[-1], path="/".join(map(slug_of, names))
        ),
        status=product.status,
        images=[],
        variants=[
            Variant(
                id=uuid5(_NAMESPACE, variant.sku),
                sku=variant.sku,
                barcode=variant.barcode,
                options=variant.options,
                price=MoneySchema(amount=variant.price, currency=product.currency),
                available=variant.on_hand or 0,
            )
            for variant in product.variants
        ],
        created_at=_LONG_AGO,
        updated_at=_LONG_AGO,
        version=1,
    )


def stored_catalogue() -> list[ProductDetail]:
    return [stored(product) for product in load_catalogue()]
