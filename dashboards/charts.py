"""Charts in one look. Each takes plain figures and gives an Altair chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import altair as alt
import polars as pl

from dashboards.formats import major, symbol
from dashboards.periods import bucket
from deployments.analytics.contract import DailyFigures, FunnelStep
from deployments.search.contract import PriceHistory, PriceOverview

PINE, HONEY, CLAY, BLUE, STONE = "#1B4D3E", "#D9A441", "#A63F25", "#3B6C8F", "#8C8577"
_INK, _LINE, _DARK = "#4A453D", "#E9E4DA", "#1E1B17"
_ROOM_FOR_LABEL = 0.16
_STEP_NAMES = {
    "visit": "Visits",
    "product_view": "Saw a product",
    "add_to_cart": "Added to cart",
    "checkout_started": "Started checkout",
    "purchase": "Bought",
}
_DATE_FORMATS = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y"}


@dataclass(frozen=True, slots=True)
class Period:
    """Figures of a day, week or month; ``revenue`` in minor units."""

    start: date
    revenue: int
    orders: int
    visits: int


def by_period(daily: Sequence[DailyFigures], step: str) -> list[Period]:
    """``daily`` summed by ``step``, oldest first."""
    sums: dict[date, list[int]] = {}
    for figures in daily:
        total = sums.setdefault(bucket(figures.day, step), [0, 0, 0])
        total[0] += figures.revenue
        total[1] += figures.orders
        total[2] += figures.visits
    return [Period(start, *sums[start]) for start in sorted(sums)]


def styled(chart: Any, height: int) -> Any:
    return (
        chart.properties(height=height)
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=_INK,
            titleColor=_INK,
            gridColor=_LINE,
            domainColor=_LINE,
            tickColor=_LINE,
            labelFontSize=12,
            labelPadding=6,
        )
        .configure_legend(labelColor=_INK, title=None, orient="top", labelFontSize=12)
    )


def _time_axis(step: str, count: int, padding: int = 0) -> alt.X:
    return alt.X(
        "start:T",
        title=None,
        scale=alt.Scale(padding=padding),
        axis=alt.Axis(
            format=_DATE_FORMATS[step],
            grid=False,
            tickCount=min(count, 8),
            labelOverlap=True,
            labelFlush=True,
        ),
    )


def _moments(days: Sequence[date]) -> list[datetime]:
    """Midnights without a time zone: a bare date would be read as UTC and may shift a day."""
    return [datetime.combine(day, time()) for day in days]


def _frame(periods: Sequence[Period], currency: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "start": _moments([period.start for period in periods]),
            "revenue": [major(period.revenue, currency) for period in periods],
            "orders": [period.orders for period in periods],
            "visits": [period.visits for period in periods],
        }
    )


def revenue_chart(periods: Sequence[Period], currency: str, step: str) -> Any:
    """Revenue over time as an area with a line and a point under the pointer."""
    frame = _frame(periods, currency)
    near = alt.selection_point(nearest=True, on="pointerover", fields=["start"], empty=False)
    base = alt.Chart(frame).encode(
        x=_time_axis(step, len(periods)),
        y=alt.Y(
            "revenue:Q",
            title=None,
            axis=alt.Axis(
                format="~s", tickCount=5, labelExpr=f"'{symbol(currency)}' + datum.label"
            ),
        ),
    )
    tooltip = [
        alt.Tooltip("start:T", title=step.capitalize(), format="%-d %b %Y"),
        alt.Tooltip("revenue:Q", title=f"Revenue, {currency}", format=",.2f"),
        alt.Tooltip("orders:Q", title="Orders", format=",d"),
    ]
    area = base.mark_area(
        color=alt.Gradient(  # type: ignore[no-untyped-call]
            gradient="linear",
            x1=0,
            x2=0,
            y1=0,
            y2=1,
            stops=[
                alt.GradientStop(color="#1B4D3E55", offset=0),
                alt.GradientStop(color="#1B4D3E05", offset=1),
            ],
        ),
    )
    line = base.mark_line(color=PINE, strokeWidth=2.5, strokeJoin="round")
    points = (
        base.mark_circle(size=70, color=PINE)
        .encode(opacity=alt.condition(near, alt.value(1), alt.value(0)), tooltip=tooltip)
        .add_params(near)
    )
    return styled(area + line + points, 290)


def orders_chart(periods: Sequence[Period], step: str) -> Any:
    """Orders as bars."""
    frame = _frame(periods, "EUR")
    chart = (
        alt.Chart(frame)
        .mark_bar(
            color=HONEY,
            cornerRadiusTopLeft=3,
            cornerRadiusTopRight=3,
            size=max(3, min(26, 620 // max(1, len(periods)))),
        )
        .encode(
            x=_time_axis(step, len(periods), padding=16),
            y=alt.Y("orders:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1, format=",d")),
            tooltip=[
                alt.Tooltip("start:T", title=step.capitalize(), format="%-d %b %Y"),
                alt.Tooltip("orders:Q", title="Orders", format=",d"),
                alt.Tooltip("visits:Q", title="Visits", format=",d"),
            ],
        )
    )
    return styled(chart, 220)


def funnel_chart(steps: Sequence[FunnelStep]) -> Any:
    """How far visits come, as bars with their share of all visits."""
    first = steps[0].visits or 1
    frame = pl.DataFrame(
        {
            "step": [_STEP_NAMES[step.step] for step in steps],
            "visits": [step.visits for step in steps],
            "label": [f"{step.visits:,} · {step.visits / first:.0%}" for step in steps],
        }
    )
    order = frame["step"].to_list()
    # Room on the right for the labels of long bars.
    base = alt.Chart(frame).encode(
        y=alt.Y("step:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X("visits:Q", axis=None, scale=alt.Scale(domain=[0, first * 1.75])),
    )
    bars = base.mark_bar(cornerRadiusEnd=5, height=24).encode(
        color=alt.Color(
            "step:N",
            sort=order,
            legend=None,
            scale=alt.Scale(
                domain=order, range=["#1B4D3E", "#3C6D59", "#6F9580", "#C99A45", "#B5761A"]
            ),
        ),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("visits:Q", title="Visits", format=",d"),
        ],
    )
    labels = base.mark_text(align="left", dx=6, color=_INK, fontSize=12).encode(text="label:N")
    return styled(bars + labels, 290)


def standing_chart(overview: PriceOverview) -> Any:
    """One bar: how many products are cheapest, within 5 % and dearer."""
    counts: dict[str, int] = {
        "Cheapest": overview.cheapest,
        "Within 5 %": overview.within_5_percent,
        "Dearer": overview.dearer,
    }
    total = sum(counts.values()) or 1
    frame = pl.DataFrame(
        {
            "standing": list(counts),
            "products": list(counts.values()),
            "place": list(range(len(counts))),
            # A narrow part has no room for words.
            "label": [
                f"{name} {count / total:.0%}" if count / total > _ROOM_FOR_LABEL else ""
                for name, count in counts.items()
            ],
        }
    )
    x = alt.X("products:Q", stack="normalize", axis=None)
    base = alt.Chart(frame).encode(order="place:Q")
    bar = base.mark_bar(height=34).encode(
        x=x,
        color=alt.Color(
            "standing:N",
            legend=None,
            scale=alt.Scale(domain=list(counts), range=[PINE, HONEY, CLAY]),
        ),
        tooltip=[
            alt.Tooltip("standing:N", title="Standing"),
            alt.Tooltip("products:Q", title="Products", format=",d"),
        ],
    )
    words = base.mark_text(fontSize=12, fontWeight=600).encode(
        x=alt.X("products:Q", stack="normalize", axis=None, bandPosition=0.5),
        text="label:N",
        color=alt.Color(
            "standing:N",
            legend=None,
            scale=alt.Scale(domain=list(counts), range=["#ffffff", _DARK, "#ffffff"]),
        ),
    )
    return styled(alt.layer(bar, words).resolve_scale(color="independent"), 44)


def price_history_chart(history: PriceHistory, our_total: int, today: date) -> Any:
    """Each merchant's lowest total as steps up to ``today``, ours as a dashed line."""
    rows = [(p.merchant, p.day, major(p.total, history.currency)) for p in history.points]
    last = {merchant: (day, total) for merchant, day, total in rows}
    rows += [(name, today, total) for name, (day, total) in last.items() if day < today]
    frame = pl.DataFrame(
        {
            "merchant": [merchant for merchant, _, _ in rows],
            "day": _moments([day for _, day, _ in rows]),
            "total": [total for _, _, total in rows],
        }
    )
    merchants = sorted(last)
    unit = symbol(history.currency)
    lines = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", strokeWidth=2.5, point=alt.OverlayMarkDef(size=45))
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False, tickCount=6)),
            y=alt.Y(
                "total:Q",
                title=None,
                scale=alt.Scale(zero=False, padding=16),
                axis=alt.Axis(tickCount=5, labelExpr=f"'{unit}' + datum.label"),
            ),
            color=alt.Color(
                "merchant:N",
                scale=alt.Scale(domain=merchants, range=[HONEY, CLAY, BLUE, STONE]),
            ),
            tooltip=[
                alt.Tooltip("merchant:N", title="Merchant"),
                alt.Tooltip("day:T", title="From", format="%-d %b %Y"),
                alt.Tooltip("total:Q", title=f"With shipping, {history.currency}", format=",.2f"),
            ],
        )
    )
    ours = (
        alt.Chart(pl.DataFrame({"total": [major(our_total, history.currency)], "name": ["Ours"]}))
        .mark_rule(color=PINE, strokeDash=[6, 4], strokeWidth=2)
        .encode(y="total:Q", tooltip=[alt.Tooltip("total:Q", title="Ours", format=",.2f")])
    )
    return styled(ours + lines, 240)
