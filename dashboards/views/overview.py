"""How the store is doing: revenue, orders, visits, what sells and what people look for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import queries
from dashboards.charts import Period, by_period, funnel_chart, orders_chart, revenue_chart
from dashboards.components import (
    empty,
    explained_errors,
    freshness,
    page_head,
    panel,
    tiles,
)
from dashboards.formats import change, major, money, percent, symbol
from dashboards.periods import CUSTOM, DEFAULT_PRESET, MAX_DAYS, PRESETS, DateRange, preset
from deployments.analytics.contract import Dashboard, Kpis, TrendingSearch, ZeroResultSearch

# What to show: (source, currency) of the analytics service.
SCOPES: dict[str, tuple[str | None, str]] = {
    "Store · EUR": (None, "EUR"),
    "Without demo · EUR": ("store", "EUR"),
    "Imported sales · GBP": (None, "GBP"),
}
_EARLIEST = date(2000, 1, 1)
_SMALLEST_CHART = 2
# Sales of the past come without visits.
_UNKNOWN = "–"


def _last_day(scope: str) -> date:
    """Today; for sales of the past the day they end on."""
    today = datetime.now(UTC).date()
    source, currency = SCOPES[scope]
    if currency == "EUR":
        return today
    last = queries.dashboard(today, today, source, currency).freshness.last_event_at
    return min(today, last.date()) if last else today


def _chosen_scope() -> str:
    scope: str = st.segmented_control(
        "Figures of",
        list(SCOPES),
        default=next(iter(SCOPES)),
        required=True,
        key="scope",
        label_visibility="collapsed",
        wrap=True,
    )
    return scope


def _chosen_range(scope: str) -> DateRange | None:
    """None while a custom range lacks its end."""
    name: str = st.segmented_control(
        "Time",
        [*PRESETS, CUSTOM],
        default=DEFAULT_PRESET,
        required=True,
        key="preset",
        label_visibility="collapsed",
        wrap=True,
    )
    last_day = _last_day(scope)
    if name != CUSTOM:
        return preset(name, last_day)
    shown = preset(DEFAULT_PRESET, last_day)
    chosen = st.date_input(
        "From and to",
        value=(shown.start, shown.end),
        min_value=_EARLIEST,
        max_value=datetime.now(UTC).date(),
        key=f"days of {scope}",
        format="DD/MM/YYYY",
        label_visibility="collapsed",
        width=260,
    )
    if not isinstance(chosen, tuple) or len(chosen) < 2:
        st.caption("Choose the last day, too.")
        return None
    period = DateRange(*chosen)
    if period.days > MAX_DAYS:
        st.caption(f"Choose at most {MAX_DAYS} days.")
        return None
    return period


def _kpi_tiles(found: Dashboard, periods: list[Period]) -> None:
    now, before, currency = found.kpis, found.previous, found.currency
    days = (found.end - found.start).days + 1
    against = f"against the {days} days before" if days > 1 else "against the day before"

    def metric(
        label: str, value: str, delta: str | None, series: list[float], against: str = against
    ) -> None:
        st.metric(
            label,
            value,
            delta,
            border=True,
            chart_data=series if len(series) > _SMALLEST_CHART else None,
            chart_type="area",
            help=f"Change {against}" if delta else "Nothing to compare with",
            width="stretch",
        )

    def conversion() -> None:
        shift = (now.conversion - before.conversion) * 100
        metric(
            "Conversion",
            percent(now.conversion, 2) if now.visits else _UNKNOWN,
            f"{shift:+.2f} pts" if now.visits and before.visits else None,
            [p.orders / p.visits if p.visits else 0.0 for p in periods] if now.visits else [],
        )

    tiles(
        [
            lambda: metric(
                "Revenue",
                money(now.revenue.amount, currency),
                change(now.revenue.amount, before.revenue.amount),
                [major(p.revenue, currency) for p in periods],
            ),
            lambda: metric(
                "Orders",
                f"{now.orders:,}",
                change(now.orders, before.orders),
                [float(p.orders) for p in periods],
            ),
            lambda: metric(
                "Average order",
                money(now.average_order.amount, currency),
                change(now.average_order.amount, before.average_order.amount),
                [major(p.revenue, currency) / p.orders if p.orders else 0.0 for p in periods],
            ),
            lambda: metric(
                "Visits",
                f"{now.visits:,}" if now.visits else _UNKNOWN,
                change(now.visits, before.visits) if now.visits else None,
                [float(p.visits) for p in periods] if now.visits else [],
            ),
            conversion,
        ]
    )


def _top_products(found: Dashboard) -> None:
    with panel("Top products", "By revenue"):
        if not found.top_products:
            empty("Nothing was sold in this time.", ":material/shopping_bag:")
            return
        frame = pl.DataFrame(
            {
                "Product": [product.title for product in found.top_products],
                "Units": [product.units for product in found.top_products],
                "Revenue": [major(p.revenue, found.currency) for p in found.top_products],
            }
        )
        st.dataframe(
            frame,
            hide_index=True,
            column_config={
                "Product": st.column_config.TextColumn(width="medium"),
                "Units": st.column_config.NumberColumn(format="localized", width="small"),
                "Revenue": st.column_config.ProgressColumn(
                    format=f"{symbol(found.currency)}%.0f",
                    min_value=0,
                    max_value=max(1.0, *frame["Revenue"].to_list()),
                    color="primary",
                ),
            },
        )


def _growth(search: TrendingSearch) -> str:
    if search.growth >= 1.05:
        return f"▲ {search.growth:.1f}×"
    return f"▼ {search.growth:.1f}×" if search.growth < 0.95 else "– steady"


def _searches(trending: list[TrendingSearch], nothing: list[ZeroResultSearch]) -> None:
    with panel("Searches", "What people look for, and what the store does not have for them"):
        rising, missing = st.tabs(["Trending", f"Without results ({len(nothing)})"])
        with rising:
            if trending:
                st.dataframe(
                    pl.DataFrame(
                        {
                            "Search": [search.query for search in trending],
                            "Times": [search.searches for search in trending],
                            "Against before": [_growth(search) for search in trending],
                            "Found": [
                                "nothing" if search.zero_results else "✓" for search in trending
                            ],
                        }
                    ),
                    hide_index=True,
                )
            else:
                empty("Nobody searched in this time.", ":material/search:")
        with missing:
            if nothing:
                st.dataframe(
                    pl.DataFrame(
                        {
                            "Search": [search.query for search in nothing],
                            "Times": [search.searches for search in nothing],
                            "Found nothing": [
                                search.zero_results / max(1, search.searches) for search in nothing
                            ],
                        }
                    ),
                    hide_index=True,
                    column_config={
                        "Found nothing": st.column_config.ProgressColumn(
                            format="percent", min_value=0, max_value=1, color="orange"
                        )
                    },
                )
            else:
                empty("Every search found something.", ":material/task_alt:")


def _charts(found: Dashboard, periods: list[Period], step: str) -> None:
    left, right = st.columns([5, 3])
    with (
        left,
        panel(f"Revenue by {step}", f"{found.currency}, returns in imported sales taken off"),
    ):
        if any(period.revenue for period in periods):
            st.altair_chart(revenue_chart(periods, found.currency, step), alt="Revenue over time")
        else:
            empty("No revenue in this time.", ":material/show_chart:")
    with right, panel("From visit to purchase", "Visits that came as far as each step"):
        if found.funnel and found.funnel[0].visits:
            st.altair_chart(funnel_chart(found.funnel), alt="Funnel from visit to purchase")
        else:
            empty("No visits in this time.", ":material/filter_alt:")


def _nothing_at_all(kpis: Kpis) -> bool:
    return kpis.orders == 0 and kpis.visits == 0 and kpis.revenue.amount == 0


def _marks(found: Dashboard) -> None:
    """Which days these are, and that not all of it is real."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        days = f"{found.start:%-d %b %Y} – {found.end:%-d %b %Y}"
        st.markdown(f":material/calendar_month: {days}", width="content")
        if found.freshness.includes_demo_data:
            st.badge(
                "Includes demo data",
                icon=":material/science:",
                color="orange",
                help="Visits and orders made up to try the store are part of these figures.",
            )
        st.caption(freshness(found.freshness.last_event_at, "No events yet"), width="content")


def _body(scope: str, period: DateRange) -> None:
    source, currency = SCOPES[scope]
    with st.spinner("Reading the figures …", show_time=False):
        found = queries.dashboard(period.start, period.end, source, currency)
        nothing = queries.zero_result_searches(period.start, period.end)
    _marks(found)
    if _nothing_at_all(found.kpis):
        with st.container(border=True):
            empty(
                "There are no visits and no orders in this time. Choose another time, or open "
                "the store and buy something.",
                ":material/storefront:",
            )
        return
    periods = by_period(found.daily, period.step)
    _kpi_tiles(found, periods)
    _charts(found, periods, period.step)
    left, right = st.columns(2)
    with left:
        _top_products(found)
    with right:
        _searches(found.trending_searches, nothing)
    if any(p.orders for p in periods):
        with panel(f"Orders by {period.step}"):
            st.altair_chart(orders_chart(periods, period.step), alt="Orders over time")


def page() -> None:
    page_head("Overview", "")
    with explained_errors():
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            scope = _chosen_scope()
            period = _chosen_range(scope)
        if period is not None:
            _body(scope, period)
