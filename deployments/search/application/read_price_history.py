"""How merchants' prices of a product have moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from deployments.search.application.price_ports import BeginPrices, ReadOurPrices
from deployments.search.domain.price_comparison import like_for_like
from deployments.search.domain.price_history import MerchantPrice, lowest_by_merchant


@dataclass(frozen=True, slots=True)
class ProductPriceHistory:
    product_id: UUID
    currency: str
    points: list[MerchantPrice]


class ReadPriceHistory:
    """The offers that are compared today, since they were first seen."""

    def __init__(
        self, begin: BeginPrices, read_our_prices: ReadOurPrices, *, keep_days: int
    ) -> None:
        self._begin = begin
        self._read_our_prices = read_our_prices
        self._keep = timedelta(days=keep_days)

    async def __call__(self, product_id: UUID) -> ProductPriceHistory:
        """Raises ``NotFound`` for a product that is not for sale."""
        ours = await self._read_our_prices(product_id)
        since = datetime.now(UTC) - self._keep
        async with self._begin() as work:
            offers = await work.prices.offers_of(product_id, ours.currency, since)
            _, compared = like_for_like(ours.by_variant, offers)
            changes = await work.prices.changes_of([offer.offer_id for offer in compared])
        return ProductPriceHistory(product_id, ours.currency, lowest_by_merchant(changes))
