"""Thirty days of synthetic visits and orders, so that a fresh store's dashboards show something.

Everything is marked with the source ``demo`` and has an id derived from its day, so sending it
again, also on another day, doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from deployments.analytics.contract import (
    AnalyticsClient,
    HistoricEvents,
    Purchase,
    SalesImport,
    VisitEvent,
)
from deployments.products.contract import ProductDetail, ProductsClient
from deployments.sandbox.demo.catalogue import SOURCE, load_catalogue
from deployments.sandbox.demo.visits import Shelf, day_of_visits
from deployments.shared.operator_client import operator_http

Progress = Callable[[str, int, int | None], None]
Item = TypeVar("Item")

DAYS = 30
_EVENTS_A_CALL = 2000
_SALES_A_CALL = 500


@dataclass(frozen=True)
class History:
    """In order of time."""

    events: list[VisitEvent]
    purchases: list[Purchase]


@dataclass(frozen=True)
class HistoryReport:
    """``new_…``: how many were not there before."""

    events: int
    purchases: int
    new_events: int
    new_purchases: int


def build_history(products: Sequence[ProductDetail], today: date, days: int = DAYS) -> History:
    """Visits of the ``days`` before ``today``, the last being yesterday."""
    shelf = Shelf(sorted(products, key=lambda product: product.slug))
    events: list[VisitEvent] = []
    purchases: list[Purchase] = []
    for back in range(days, 0, -1):
        made = day_of_visits(shelf, today - timedelta(days=back))
        events += made.events
        purchases += made.purchases
    events.sort(key=lambda event: (event.occurred_at, event.event_id))
    purchases.sort(key=lambda purchase: purchase.paid_at)
    return History(events, purchases)


async def send_history(
    today: date,
    progress: Progress,
    *,
    products: ProductsClient | None = None,
    analytics: AnalyticsClient | None = None,
) -> HistoryReport:
    """Build the history from the demo products in the store and send it to analytics.

    Args:
        products, analytics: for tests; else the services that the environment names.
    """
    async with AsyncExitStack() as stack:
        if products is None:
            http = operator_http("products")
            stack.push_async_callback(http.aclose)
            products = ProductsClient(http)
        if analytics is None:
            http = operator_http("analytics", timeout_seconds=60)
            stack.push_async_callback(http.aclose)
            analytics = AnalyticsClient(http)
        history = build_history(await _demo_products(products), today)
        new_sales = new_events = sent = 0
        total = len(history.events) + len(history.purchases)
        for sales in _chunks(history.purchases, _SALES_A_CALL):
            new_sales += (await analytics.import_sales(SalesImport(sales=sales))).accepted
            sent += len(sales)
            progress("visits and orders", sent, total)
        for events in _chunks(history.events, _EVENTS_A_CALL):
            batch = HistoricEvents(source=SOURCE, events=events)
            new_events += (await analytics.import_events(batch)).accepted
            sent += len(events)
            progress("visits and orders", sent, total)
    return HistoryReport(len(history.events), len(history.purchases), new_events, new_sales)


async def _demo_products(client: ProductsClient) -> list[ProductDetail]:
    ours = {product.slug for product in load_catalogue()}
    found: list[ProductDetail] = []
    cursor: str | None = None
    while True:
        page = await client.export(cursor=cursor)
        found += [product for product in page.items if product.slug in ours]
        cursor = page.next_cursor
        if cursor is None:
            return found


def _chunks(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
