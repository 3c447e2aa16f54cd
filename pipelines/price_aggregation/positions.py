"""Our position per product, computed from the stored offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from deployments.search.domain.price_comparison import (
    Comparison,
    MerchantOffer,
    OwnShipping,
    compare,
)
from pipelines.price_aggregation.catalogue import Catalogue, CatalogueProduct


@dataclass(frozen=True, slots=True)
class ProductPosition:
    """``comparison`` has a best offer and a position."""

    product: CatalogueProduct
    comparison: Comparison


def positions(
    catalogue: Catalogue,
    offers: Mapping[UUID, Iterable[MerchantOffer]],
    shipping: OwnShipping,
) -> list[ProductPosition]:
    """Positions of the products that someone else has in stock.

    Args:
        offers: matched offers by product.
    """
    result = []
    for product in catalogue.products:
        prices = {variant.variant_id: variant.price for variant in product.variants}
        comparison = compare(prices, list(offers.get(product.product_id, ())), shipping)
        if comparison.best is not None:
            result.append(ProductPosition(product, comparison))
    return result


def by_product(
    offers: Iterable[tuple[UUID, MerchantOffer]],
) -> dict[UUID, list[MerchantOffer]]:
    grouped: dict[UUID, list[MerchantOffer]] = defaultdict(list)
    for product_id, offer in offers:
        grouped[product_id].append(offer)
    return grouped
