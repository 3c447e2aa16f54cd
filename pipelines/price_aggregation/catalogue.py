"""Our products, prepared for matching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from deployments.products.contract import ProductDetail
from pipelines.price_aggregation.attributes import Attributes, read_attributes
from pipelines.price_aggregation.gtin import normalise_gtin
from pipelines.price_aggregation.similarity import (
    WordWeights,
    brand_key,
    model_codes,
    part_key,
    words,
)

_MIN_MODEL_LENGTH = 5


@dataclass(frozen=True, slots=True)
class CatalogueVariant:
    """``values`` are the words of each option's value, by option name."""

    variant_id: UUID
    price: int
    attributes: Attributes
    values: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class CatalogueProduct:
    """``title_words`` must be in an offer's title, ``known_words`` may be."""

    product_id: UUID
    slug: str
    title: str
    category_path: str | None
    brand: str
    title_words: frozenset[str]
    known_words: frozenset[str]
    codes: frozenset[str]
    variants: tuple[CatalogueVariant, ...]

    @property
    def price_from(self) -> int:
        return min(variant.price for variant in self.variants)


@dataclass(frozen=True)
class Catalogue:
    """Products and the ways to find them; numbers are places in ``products``."""

    products: tuple[CatalogueProduct, ...]
    weights: WordWeights
    by_gtin: dict[str, tuple[int, UUID]] = field(default_factory=dict)
    by_part: dict[tuple[str, str], tuple[int, UUID | None]] = field(default_factory=dict)
    by_word: dict[str, tuple[int, ...]] = field(default_factory=dict)
    brands: frozenset[str] = frozenset()


def _model(skus: list[str]) -> str | None:
    """What the SKUs of a product's variants begin with, e.g. ``KIT-001``."""
    split = [sku.split("-") for sku in skus]
    common = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    key = part_key("".join(common))
    usable = len(key) >= _MIN_MODEL_LENGTH and any(c.isdigit() for c in key)
    return key if usable else None


def _product(detail: ProductDetail, currency: str) -> CatalogueProduct | None:
    details = " ".join(f"{name} {value}" for name, value in detail.attributes.items())
    variants = tuple(
        CatalogueVariant(
            variant.id,
            variant.price.amount,
            read_attributes(
                " ".join([detail.title, *variant.options.values()]), variant.options, details
            ),
            {name: words(value) for name, value in variant.options.items()},
        )
        for variant in detail.variants
        if variant.price.currency == currency
    )
    if not variants:
        return None
    category = detail.category
    options = (value for variant in detail.variants for value in variant.options.values())
    return CatalogueProduct(
        product_id=detail.id,
        slug=detail.slug,
        title=detail.title,
        category_path=category.path if category else None,
        brand=brand_key(detail.brand),
        title_words=words(detail.title),
        known_words=words(
            " ".join(
                [detail.brand or "", details, *options, *detail.tags]
                + ([category.name] if category else [])
            )
        ),
        codes=model_codes(detail.title),
        variants=variants,
    )


def build_catalogue(details: Iterable[ProductDetail], currency: str) -> Catalogue:
    """The index of all products priced in ``currency``."""
    products: list[CatalogueProduct] = []
    by_gtin: dict[str, tuple[int, UUID]] = {}
    by_part: dict[tuple[str, str], tuple[int, UUID | None]] = {}
    by_word: dict[str, list[int]] = defaultdict(list)
    for detail in details:
        product = _product(detail, currency)
        if product is None:
            continue
        place = len(products)
        products.append(product)
        for variant in detail.variants:
            if gtin := normalise_gtin(variant.barcode):
                by_gtin.setdefault(gtin, (place, variant.id))
            by_part.setdefault((product.brand, part_key(variant.sku)), (place, variant.id))
        models = [
            _model([v.sku for v in detail.variants]),
            part_key(detail.attributes.get("Model")),
        ]
        for model in filter(None, models):
            by_part.setdefault((product.brand, model), (place, None))
        for word in product.title_words | product.codes:
            by_word[word].append(place)
    return Catalogue(
        products=tuple(products),
        weights=WordWeights.of(product.title_words for product in products),
        by_gtin=by_gtin,
        by_part=by_part,
        by_word={word: tuple(places) for word, places in by_word.items()},
        brands=frozenset(product.brand for product in products if product.brand),
    )
