"""How search runs just now, for whoever tunes it."""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl
import streamlit as st

from dashboards import queries
from dashboards.api import Refused, ServiceDown
from dashboards.charts_live import batch_chart, latency_chart, rate_chart
from dashboards.components import empty, explained_errors, page_head, panel, plain, tiles
from dashboards.formats import local_time, percent
from dashboards.search_findings import TARGET_P95_MS, findings
from deployments.search.contract import IndexStatus, SearchLive, Spread

_REFRESH_SECONDS: Final = 5
_NOTHING: Final = "–"

_KNOBS: Final = [
    (
        "embedder · user_config",
        "max_batch_size",
        "Queries that go through the model together at most.",
        "GPU: raise it until encode time grows as fast as the batch. ONNX Runtime on a CPU takes "
        "queries one by one and has no use for it.",
    ),
    (
        "embedder · user_config",
        "query_threads",
        "Queries that ONNX Runtime encodes at once in a replica; 0: as many as the encoder has "
        "threads.",
        "Up to the cores that the replica may use, when queries wait.",
    ),
    (
        "embedder · user_config",
        "batch_wait_timeout_s",
        "How long the first query of a batch waits for others. Part of every search's time.",
        "0 unless batches stay small while queries wait. Far below the 0.3 s after which a search "
        "does without meaning.",
    ),
    (
        "embedder · user_config",
        "document_batch_size",
        "Products encoded before queries get their turn.",
        "Lower it when searches get slow during imports.",
    ),
    (
        "autoscaling_config",
        "min_replicas, max_replicas",
        "Between these Serve adds and removes replicas.",
        "Raise max when all replicas run and requests on each stay above the target; raise min "
        "before a rush, as a new replica takes seconds to load.",
    ),
    (
        "autoscaling_config",
        "target_ongoing_requests",
        "Requests in work on a replica that Serve aims at.",
        "Lower it when p95 rises before replicas are added. `mercato load search` measures it.",
    ),
    (
        "deployment",
        "max_ongoing_requests, max_queued_requests",
        "What a replica takes at once, and what may wait; more is refused with 503.",
        "Keep the first at two to four times the target. Shorten the queue when answers come too "
        "late to be wanted.",
    ),
    (
        "ray_actor_options",
        "num_gpus",
        "Share of a GPU that an Embedder gets: 1, or 0.25 for four on one card.",
        "One model leaves a card half idle while it tokenises: try 0.5 before a second card.",
    ),
    (
        "settings.env",
        "MERCATO_SEARCH_QUERY_CACHE_SIZE",
        "Query vectors that a replica remembers.",
        "Raise it when few vectors are remembered and queries do repeat; 10,000 take 16 MB.",
    ),
    (
        "settings.env",
        "MERCATO_SEARCH_EF_SEARCH",
        "How widely the vector index looks.",
        "Higher finds more and takes longer; check with `mercato search evaluate`.",
    ),
]


def _milliseconds(spread: Spread | None, name: str) -> str:
    if spread is None:
        return _NOTHING
    value: float = getattr(spread, name)
    return f"{value / 1000:.1f} s" if value >= 10_000 else f"{value:.{0 if value >= 10 else 1}f} ms"


def _share(value: float | None) -> str:
    return _NOTHING if value is None else percent(value)


def _tiles(live: SearchLive) -> None:
    search = next((route for route in live.routes if route.route == "search"), None)
    latency = search.milliseconds if search else None
    metric = partial(st.metric, border=True, width="stretch")
    tiles(
        [
            lambda: metric(
                "Searches a second",
                f"{search.per_second:.1f}" if search else _NOTHING,
                help="Answered in the last minute, all replicas together",
            ),
            lambda: metric("p50", _milliseconds(latency, "p50"), help="Half are quicker"),
            lambda: metric("p95", _milliseconds(latency, "p95"), help="19 of 20 are quicker"),
            lambda: metric("p99", _milliseconds(latency, "p99"), help="99 of 100 are quicker"),
            lambda: metric(
                "By words alone",
                _share(live.without_meaning),
                help="Searches whose vector did not come in time",
            ),
            lambda: metric(
                "Vectors remembered",
                _share(live.cache_hits),
                help="Searches whose query was asked before",
            ),
            lambda: metric(
                "Change to searchable",
                _milliseconds(live.lag_ms, "p95"),
                help="From a product's change until it is found: p95 of the last hour",
            ),
        ]
    )


def _findings(live: SearchLive, index: IndexStatus | None) -> None:
    found = findings(live, index)
    if not found:
        st.success("Nothing asks for a change.", icon=":material/check_circle:")
    for finding in found:
        show = st.error if finding.level == "bad" else st.warning
        show(plain(finding.text), icon=":material/priority_high:")


def _charts(live: SearchLive) -> None:
    if all(point.milliseconds is None for point in live.points):
        with st.container(border=True):
            empty(
                "No searches in the last 15 minutes. Search in the store, or send some with "
                "`mercato load search`.",
                ":material/monitoring:",
            )
        return
    left, right = st.columns(2)
    with left, panel("Searches a second"):
        st.altair_chart(rate_chart(live.points), alt="Searches a second over 15 minutes")
    with right, panel("Latency"):
        st.altair_chart(
            latency_chart(live.points, TARGET_P95_MS), alt="Latency percentiles over 15 minutes"
        )


def _deployments(live: SearchLive) -> None:
    with panel("Replicas and queues", "In work and waiting: all replicas together, just now."):
        if not live.deployments:
            empty("No replica reports itself.", ":material/dns:")
            return
        rows = [
            {
                "Deployment": d.name,
                "Status": d.status.capitalize(),
                "Replicas": f"{d.running}" + (f" (+{d.starting} starting)" if d.starting else ""),
                "May be": _NOTHING
                if d.max_replicas is None
                else f"{d.min_replicas} to {d.max_replicas}",
                "In work": d.ongoing,
                "Target each": d.target_ongoing,
                "Waiting": d.waiting,
                "Engine": ", ".join(d.engines) or _NOTHING,
                "Settings": ", ".join(f"{name} {v:g}" for name, v in sorted(d.settings.items()))
                or _NOTHING,
            }
            for d in live.deployments
        ]
        st.dataframe(
            pl.DataFrame(rows, schema_overrides={"Waiting": pl.Int64, "Target each": pl.Float64}),
            hide_index=True,
            placeholder=_NOTHING,
            column_config={
                "Target each": st.column_config.NumberColumn(
                    format="%g", help="target_ongoing_requests: above it Serve adds a replica"
                ),
                "Waiting": st.column_config.NumberColumn(help="Queries that wait for a batch"),
                "Settings": st.column_config.TextColumn(width="large"),
            },
        )


def _encoding(live: SearchLive) -> None:
    encoding = live.encoding
    with panel(
        "Batches",
        f"The Embedder in the last minute: {encoding.queries_per_second:.1f} queries and "
        f"{encoding.documents_per_second:.1f} products a second; a batch took "
        f"{_milliseconds(encoding.milliseconds, 'p50')} (p95 "
        f"{_milliseconds(encoding.milliseconds, 'p95')}).",
    ):
        if encoding.sizes:
            st.altair_chart(batch_chart(encoding), alt="Batches by their number of queries")
        else:
            empty("No query had to be encoded.", ":material/bolt:")


def _versions(index: IndexStatus | None) -> None:
    with panel("Index versions", "Kept beside each other; one answers."):
        if index is None:
            empty("The index does not say what it holds.", ":material/database:")
            return
        if not index.versions:
            empty("No version yet. Run `mercato index build`.", ":material/database:")
            return
        frame = pl.DataFrame(
            {
                "Version": [version.name for version in index.versions],
                "Status": [[version.status] for version in index.versions],
                "Coverage": [version.coverage for version in index.versions],
                "Vectors": [version.vectors for version in index.versions],
                "Model": [version.model for version in index.versions],
                "Active since": [
                    local_time(version.activated_at, st.context.timezone)
                    if version.activated_at
                    else _NOTHING
                    for version in index.versions
                ],
            }
        )
        st.dataframe(
            frame,
            hide_index=True,
            column_config={
                "Status": st.column_config.MultiselectColumn(
                    options=["active", "ready", "building", "retired"],
                    color=["green", "blue", "orange", "gray"],
                ),
                "Coverage": st.column_config.ProgressColumn(
                    format="percent",
                    min_value=0,
                    max_value=1,
                    help="Share of the products that have a current vector in it",
                ),
            },
        )
        st.caption(f"{index.documents:,} products, {index.pending:,} without a current vector")


def _knobs() -> None:
    with st.expander("What can be turned, and when", icon=":material/tune:"):
        st.markdown(
            "`user_config`, autoscaling and queue limits are in `serve_config.yaml`; "
            "`mercato redeploy search --keep-replicas` brings them to the replicas that run. "
            "`ray_actor_options` and `settings.env` need new replicas: `mercato redeploy search`. "
            "What to set for a rate and a latency: "
            "`mercato load search --for-rate 100 --target-p95-ms 40 --html load.html`."
        )
        st.table(
            pl.DataFrame(_KNOBS, schema=["Where", "Knob", "What it does", "When"], orient="row")
        )


@st.fragment(run_every=_REFRESH_SECONDS)
def _body() -> None:
    with explained_errors():
        live = queries.search_live()
        try:
            index = queries.index_status()
        except (Refused, ServiceDown):
            index = None
        st.caption(
            f"{local_time(live.at, st.context.timezone)} · of the last minute, "
            f"read every {_REFRESH_SECONDS} seconds"
        )
        _tiles(live)
        _findings(live, index)
        _charts(live)
        _deployments(live)
        left, right = st.columns(2)
        with left:
            _encoding(live)
        with right:
            _versions(index)


def page() -> None:
    page_head("Search (live)", "")
    _body()
    _knobs()
