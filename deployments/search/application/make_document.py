"""Turn a product, as the products service tells it, into a document."""

from __future__ import annotations

from deployments.products.contract import ProductCard, ProductDetail
from deployments.search.domain.document import Document
from deployments.search.domain.query import fold


def is_sold(product: ProductDetail) -> bool:
    """Only published products with something to buy are searched."""
    return product.status == "published" and bool(product.variants)


def make_document(product: ProductDetail) -> Document:
    cheapest = min(product.variants, key=lambda variant: variant.price.amount)
    dearest = max(product.variants, key=lambda variant: variant.price.amount)
    images = sorted(product.images, key=lambda image: image.position)
    in_stock = any(variant.available > 0 for variant in product.variants)
    card = ProductCard(
        id=product.id,
        slug=product.slug,
        title=product.title,
        brand=product.brand,
        category=product.category,
        price_from=cheapest.price,
        price_to=dearest.price,
        compare_at=cheapest.compare_at,
        in_stock=in_stock,
        image_url=images[0].url if images else None,
        variant_count=len(product.variants),
        rating=product.rating,
    )
    options = {
        name: tuple(dict.fromkeys(v.options[name] for v in product.variants if name in v.options))
        for variant in product.variants
        for name in variant.options
    }
    codes = [code for v in product.variants for code in (v.sku, v.barcode) if code]
    return Document(
        product_id=product.id,
        version=product.version,
        title=product.title,
        description=product.description,
        brand=product.brand,
        category_path=product.category.path if product.category else None,
        category_name=product.category.name if product.category else None,
        attributes=product.attributes,
        options=options,
        tags=tuple(product.tags),
        identifiers=tuple(dict.fromkeys(fold(code) for code in codes)),
        price_from=cheapest.price.amount,
        currency=cheapest.price.currency,
        in_stock=in_stock,
        rating=product.rating.average,
        created_at=product.created_at,
        card=card.model_dump(mode="json"),
    )
