"""Composition of the price comparison, called by the service's lifespan."""

from __future__ import annotations

from deployments.products.contract import ProductsClient
from deployments.search.application.compare_prices import ComparePrices
from deployments.search.application.price_ports import ReadOurPrices
from deployments.search.application.read_price_history import ReadPriceHistory
from deployments.search.application.read_price_overview import ReadPriceOverview
from deployments.search.infrastructure.our_prices import ProductsPrices
from deployments.search.infrastructure.price_repository import SqlPriceUnitOfWork
from deployments.search.infrastructure.price_settings import ComparisonSettings
from deployments.shared.service_app import Platform


def setup_prices(
    parts: Platform,
    settings: ComparisonSettings | None = None,
    our_prices: ReadOurPrices | None = None,
) -> None:
    """Put the price use cases on the application's state; ``our_prices`` stands in for the
    products service."""
    settings = settings or ComparisonSettings()
    our_prices = our_prices or ProductsPrices(ProductsClient(parts.call("products")))

    def begin() -> SqlPriceUnitOfWork:
        return SqlPriceUnitOfWork(parts.sessions)

    parts.state.compare_prices = ComparePrices(
        begin, our_prices, settings.shipping, keep_days=settings.keep_days
    )
    parts.state.read_price_history = ReadPriceHistory(
        begin, our_prices, keep_days=settings.keep_days
    )
    parts.state.read_price_overview = ReadPriceOverview(begin)
