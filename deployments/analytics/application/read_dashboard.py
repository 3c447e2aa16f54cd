"""The figures of a period and of the equally long time before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deployments.analytics.application.ports import Figures, Look
from deployments.analytics.domain.figures import ProductTotal, SalesDay, Totals, VisitsDay
from deployments.analytics.domain.period import Period
from deployments.analytics.domain.searches import Trend, trends
from deployments.analytics.domain.visit_event import DEMO

STORE_CURRENCY = "EUR"
_TOP_PRODUCTS = 10
_TRENDS = 10


@dataclass(frozen=True, slots=True)
class DayTotals:
    day: date
    totals: Totals


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    period: Period
    currency: str
    current: Totals
    previous: Totals
    daily: list[DayTotals]
    top_products: list[ProductTotal]
    funnel: dict[str, int]
    trending: list[Trend]
    last_fact_at: datetime | None
    aggregated_until: datetime | None
    includes_demo_data: bool


class ReadDashboard:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def __call__(
        self, period: Period, source: str | None, currency: str | None
    ) -> DashboardFigures:
        """Figures of one currency: ``source``'s, or of every source that sells in it.

        Without ``currency`` it is the store's, or where nothing is sold in that, the one with
        most revenue. Visits of a source that sells nothing count with the store's currency.
        """
        async with self._look() as figures:
            known = [
                pair for pair in await figures.currencies() if source is None or pair[0] == source
            ]
            currency = currency or await _currency(figures, known)
            sources = _selling_in(currency, known)
            before = period.previous_start
            sales = await figures.sales(sources, currency, before, period.end)
            visits = await figures.visits(sources, before, period.end)
            counts = await figures.searches(sources, before, period)
            return DashboardFigures(
                period=period,
                currency=currency,
                current=_totals(sales, visits, period.start, period.end),
                previous=_totals(sales, visits, before, period.start - timedelta(days=1)),
                daily=_by_day(period, sales, visits),
                top_products=await figures.top_products(sources, currency, period, _TOP_PRODUCTS),
                funnel=_funnel(period, sales, visits),
                trending=trends(counts, days=period.days, days_before=period.days, limit=_TRENDS),
                last_fact_at=await figures.last_fact_at(sources),
                aggregated_until=await figures.aggregated_until(),
                includes_demo_data=DEMO
                in {day.source for day in sales} | {day.source for day in visits},
            )


async def _currency(figures: Figures, known: Sequence[tuple[str, str]]) -> str:
    sold_in = {currency for _, currency in known if currency}
    if not sold_in or STORE_CURRENCY in sold_in:
        return STORE_CURRENCY
    if len(sold_in) == 1:
        return sold_in.pop()
    return await figures.strongest_currency([source for source, _ in known]) or STORE_CURRENCY


def _selling_in(currency: str, known: Sequence[tuple[str, str]]) -> list[str]:
    selling = {source for source, sold_in in known if sold_in == currency}
    if currency == STORE_CURRENCY:
        sellers = {source for source, sold_in in known if sold_in}
        selling |= {source for source, _ in known} - sellers
    return sorted(selling)


def _totals(
    sales: Sequence[SalesDay], visits: Sequence[VisitsDay], first: date, last: date
) -> Totals:
    return Totals.of(
        (day for day in sales if first <= day.day <= last),
        (day for day in visits if first <= day.day <= last),
    )


def _by_day(
    period: Period, sales: Sequence[SalesDay], visits: Sequence[VisitsDay]
) -> list[DayTotals]:
    """Every day of ``period``, with zeros where nothing happened."""
    sales_of: dict[date, list[SalesDay]] = {}
    visits_of: dict[date, list[VisitsDay]] = {}
    for sold in sales:
        sales_of.setdefault(sold.day, []).append(sold)
    for visited in visits:
        visits_of.setdefault(visited.day, []).append(visited)
    return [
        DayTotals(day, Totals.of(sales_of.get(day, []), visits_of.get(day, [])))
        for day in period.each_day()
    ]


def _funnel(
    period: Period, sales: Sequence[SalesDay], visits: Sequence[VisitsDay]
) -> dict[str, int]:
    days = [day for day in visits if period.start <= day.day <= period.end]
    return {
        "visit": sum(day.visits for day in days),
        "product_view": sum(day.product_view for day in days),
        "add_to_cart": sum(day.add_to_cart for day in days),
        "checkout_started": sum(day.checkout_started for day in days),
        "purchase": sum(day.buying_visits for day in sales if day.day >= period.start),
    }
