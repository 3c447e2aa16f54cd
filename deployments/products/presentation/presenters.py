"""From what use cases answer to what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deployments.products.application.read_models import (
    Card,
    CategoryLabel,
    PictureOfCard,
    ProductView,
    SnapshotView,
    VariantView,
)
from deployments.products.contract import (
    CategoryReference,
    Image,
    ProductCard,
    ProductDetail,
    Rating,
    Rendering,
    Variant,
    VariantSnapshot,
)
from deployments.products.domain.image import Image as DomainImage
from deployments.products.domain.image import Size
from deployments.shared.schemas import MoneySchema

MediaUrl = Callable[[str], str]
_CARD_WIDTH = 640


def _smallest_at_least(sizes: Sequence[Size], width: int) -> Size:
    """``sizes`` largest first; the largest when none is so wide."""
    return next((size for size in reversed(sizes) if size.width >= width), sizes[0])


def _card_url(picture: PictureOfCard | None, url: MediaUrl) -> str | None:
    if picture is None:
        return None
    if picture.external_url is not None:
        return picture.external_url
    return url(_smallest_at_least(picture.sizes, _CARD_WIDTH).key)


def _category(label: CategoryLabel | None) -> CategoryReference | None:
    if label is None:
        return None
    return CategoryReference(slug=label.slug, name=label.name, path=label.path)


def image(of: DomainImage, url: MediaUrl) -> Image:
    largest = of.sizes[0] if of.sizes else None
    return Image(
        id=of.id,
        url=url(largest.key) if largest else of.external_url or "",
        alt=of.alt,
        width=largest.width if largest else 0,
        height=largest.height if largest else 0,
        position=of.position,
        variant_id=of.variant_id,
        sizes=[
            Rendering(url=url(size.key), width=size.width, height=size.height) for size in of.sizes
        ],
    )


def card(of: Card, url: MediaUrl) -> ProductCard:
    def money(amount: int) -> MoneySchema:
        return MoneySchema(amount=amount, currency=of.currency)

    return ProductCard(
        id=of.id,
        slug=of.slug,
        title=of.title,
        brand=of.brand,
        category=_category(of.category),
        price_from=money(of.price_from),
        price_to=money(of.price_to),
        compare_at=None if of.compare_at is None else money(of.compare_at),
        in_stock=of.in_stock,
        image_url=_card_url(of.picture, url),
        variant_count=of.variant_count,
        rating=Rating.model_validate(of.rating),
    )


def _variant(of: VariantView, currency: str) -> Variant:
    compare_at = of.compare_at
    return Variant(
        id=of.id,
        sku=of.sku,
        barcode=of.barcode,
        options=dict(of.options),
        price=MoneySchema(amount=of.price, currency=currency),
        compare_at=(
            None if compare_at is None else MoneySchema(amount=compare_at, currency=currency)
        ),
        available=of.available,
        position=of.position,
        image_id=of.image_id,
    )


def detail(of: ProductView, url: MediaUrl) -> ProductDetail:
    return ProductDetail(
        id=of.id,
        slug=of.slug,
        title=of.title,
        description=of.description,
        brand=of.brand,
        category=_category(of.category),
        attributes=dict(of.attributes),
        tags=list(of.tags),
        status=of.status,
        images=[image(each, url) for each in of.images],
        variants=[_variant(each, of.currency) for each in of.variants],
        created_at=of.created_at,
        updated_at=of.updated_at,
        version=of.version,
        rating=Rating.model_validate(of.rating),
    )


def snapshot(of: SnapshotView, url: MediaUrl) -> VariantSnapshot:
    return VariantSnapshot(
        variant_id=of.variant_id,
        product_id=of.product_id,
        slug=of.slug,
        title=of.title,
        sku=of.sku,
        options=dict(of.options),
        price=MoneySchema(amount=of.price, currency=of.currency),
        available=of.available,
        published=of.published,
        image_url=_card_url(of.picture, url),
        category_path=of.category_path,
    )
