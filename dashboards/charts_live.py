"""Charts of the last minutes of search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import CLAY, HONEY, PINE, styled
from deployments.search.contract import EncodingLive, LivePoint

_TIME = alt.Axis(format="%H:%M", grid=False, tickCount=8, labelOverlap=True)
_LATENCIES = {"p50": PINE, "p95": HONEY, "p99": CLAY}


def _from_to(points: Sequence[LivePoint]) -> alt.Scale:
    """The whole time, also where nothing happened."""
    return alt.Scale(domain=[points[0].start.isoformat(), points[-1].start.isoformat()])


def rate_chart(points: Sequence[LivePoint]) -> Any:
    """Searches a second, every ten seconds."""
    frame = pl.DataFrame(
        {
            "start": [point.start.isoformat() for point in points],
            "rate": [point.per_second for point in points],
        }
    )
    chart = (
        alt.Chart(frame)
        .mark_area(color="#1B4D3E33", line={"color": PINE, "strokeWidth": 2})
        .encode(
            x=alt.X("start:T", title=None, axis=_TIME, scale=_from_to(points)),
            y=alt.Y("rate:Q", title=None, axis=alt.Axis(tickCount=4)),
            tooltip=[
                alt.Tooltip("start:T", title="At", format="%H:%M:%S"),
                alt.Tooltip("rate:Q", title="Searches a second", format=".1f"),
            ],
        )
    )
    return styled(chart, 200)


def latency_chart(points: Sequence[LivePoint], target_ms: float) -> Any:
    """Percentiles of latency, every ten seconds; ``target_ms`` as a dashed line."""
    rows = [
        (point.start.isoformat(), name, value)
        for point in points
        if point.milliseconds is not None
        for name, value in (
            ("p50", point.milliseconds.p50),
            ("p95", point.milliseconds.p95),
            ("p99", point.milliseconds.p99),
        )
    ]
    frame = pl.DataFrame(
        {
            "start": [row[0] for row in rows],
            "share": [row[1] for row in rows],
            "ms": [row[2] for row in rows],
        },
        schema={"start": pl.String, "share": pl.String, "ms": pl.Float64},
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=alt.X("start:T", title=None, axis=_TIME, scale=_from_to(points)),
            y=alt.Y(
                "ms:Q", title=None, axis=alt.Axis(tickCount=4, labelExpr="datum.label + ' ms'")
            ),
            color=alt.Color(
                "share:N",
                scale=alt.Scale(domain=list(_LATENCIES), range=list(_LATENCIES.values())),
            ),
            tooltip=[
                alt.Tooltip("start:T", title="At", format="%H:%M:%S"),
                alt.Tooltip("share:N", title="Percentile"),
                alt.Tooltip("ms:Q", title="ms", format=".1f"),
            ],
        )
    )
    target = (
        alt.Chart(pl.DataFrame({"ms": [target_ms], "name": ["target of p95"]}))
        .mark_rule(color=CLAY, strokeDash=[6, 4])
        .encode(y="ms:Q", tooltip=[alt.Tooltip("ms:Q", title="Target of p95, ms")])
    )
    return styled(target + lines, 200)


def batch_chart(encoding: EncodingLive) -> Any:
    """How many batches held how many queries."""
    frame = pl.DataFrame(
        {
            "queries": [str(size.queries) for size in encoding.sizes],
            "batches": [size.batches for size in encoding.sizes],
        }
    )
    chart = (
        alt.Chart(frame)
        .mark_bar(color=HONEY, cornerRadiusTopLeft=3, cornerRadiusTopRight=3, size=22)
        .encode(
            x=alt.X(
                "queries:N",
                title="queries in a batch",
                sort=frame["queries"].to_list(),
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("batches:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            tooltip=[
                alt.Tooltip("queries:N", title="Queries"),
                alt.Tooltip("batches:Q", title="Batches", format=",d"),
            ],
        )
    )
    return styled(chart, 180)
