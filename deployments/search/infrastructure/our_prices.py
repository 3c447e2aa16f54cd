"""Our own prices, from the products service."""

from __future__ import annotations

from uuid import UUID

from deployments.products.contract import ProductsClient
from deployments.search.application.price_ports import OurPrices
from deployments.shared.errors import NotFound


class ProductsPrices:
    def __init__(self, products: ProductsClient) -> None:
        self._products = products

    async def __call__(self, product_id: UUID) -> OurPrices:
        """Raises ``NotFound`` for an unknown product or one without variants."""
        product = await self._products.get(product_id)
        prices = {variant.id: variant.price.amount for variant in product.variants}
        if not prices or product.status != "published":
            raise NotFound("product_not_found", "there is no such product")
        return OurPrices(prices, product.variants[0].price.currency)
