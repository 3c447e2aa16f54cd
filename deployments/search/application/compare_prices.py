"""Hold our price of a product against the merchants'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from deployments.search.application.price_ports import BeginPrices, ReadOurPrices
from deployments.search.domain.price_comparison import Comparison, OwnShipping, compare


@dataclass(frozen=True, slots=True)
class ProductComparison:
    product_id: UUID
    currency: str
    comparison: Comparison


class ComparePrices:
    """Uses our price of this moment; offers not seen for ``keep_days`` are left out."""

    def __init__(
        self,
        begin: BeginPrices,
        read_our_prices: ReadOurPrices,
        shipping: OwnShipping,
        *,
        keep_days: int,
    ) -> None:
        self._begin = begin
        self._read_our_prices = read_our_prices
        self._shipping = shipping
        self._keep = timedelta(days=keep_days)

    async def __call__(self, product_id: UUID) -> ProductComparison:
        """Raises ``NotFound`` for a product that is not for sale."""
        ours = await self._read_our_prices(product_id)
        since = datetime.now(UTC) - self._keep
        async with self._begin() as work:
            offers = await work.prices.offers_of(product_id, ours.currency, since)
        comparison = compare(ours.by_variant, offers, self._shipping)
        return ProductComparison(product_id, ours.currency, comparison)
