"""Wires the live picture of search: what this replica counts, and how all are read together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import Histogram, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from deployments.search.application.live_ports import Deployments
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.read_live import ReadLive
from deployments.search.application.remembered_answers import RememberedAnswers
from deployments.search.application.report_live import REPORT_SECONDS, LiveRecorder
from deployments.search.infrastructure.live_store import RedisLiveStore
from deployments.shared.ids import new_id
from deployments.shared.service_app import Platform
from deployments.shared.telemetry import Metrics


class _CacheCollector(Collector):
    def __init__(self, vectors: QueryVectors, answers: RememberedAnswers) -> None:
        self._vectors = vectors
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "mercato_search_query_vectors", "Vectors of queries by how they came", labels=["how"]
        )
        for how, total in _totals(self._vectors).items():
            family.add_metric([how.removeprefix("cache:")], total)
        yield family
        answers = CounterMetricFamily(
            "mercato_search_answers", "Searches by how they were answered", labels=["how"]
        )
        answers.add_metric(["remembered"], self._answers.hits)
        answers.add_metric(["made"], self._answers.misses)
        yield answers


def _totals(vectors: QueryVectors) -> dict[str, int]:
    return {
        "cache:hit": vectors.hits,
        "cache:miss": vectors.misses,
        "cache:shared": vectors.shared,
        "cache:none": vectors.fallbacks,
    }


class LiveMeter:
    """Hears of what the service does; counts it for the live picture and for Prometheus."""

    def __init__(self, recorder: LiveRecorder, metrics: Metrics) -> None:
        self._recorder = recorder
        self._lag = Histogram(
            "mercato_search_lag_seconds",
            "From a product's change until it can be searched",
            registry=metrics.registry,
            buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300),
        )

    def encoded_queries(self, size: int, seconds: float) -> None:
        self._recorder.encoded_queries(size, seconds)

    def found_after(self, seconds: float) -> None:
        self._recorder.found_after(seconds)
        self._lag.observe(seconds)


def setup_live(
    parts: Platform, vectors: QueryVectors, deployments: Deployments | None
) -> LiveMeter:
    """``deployments`` asks the cluster, where there is one."""
    metrics: Metrics = parts.state.metrics
    answers: RememberedAnswers = parts.state.answers
    metrics.registry.register(_CacheCollector(vectors, answers))

    def totals() -> Mapping[str, int]:
        counted = _totals(vectors)
        # An answer that is given again needs no vector either.
        return counted | {"cache:hit": counted["cache:hit"] + answers.hits}

    def state() -> Mapping[str, Any]:
        return {"ongoing": metrics.in_progress}

    recorder = LiveRecorder("search", str(new_id()), state=state, totals=totals)
    metrics.listeners.append(recorder.answered)
    store = RedisLiveStore(parts.redis)

    async def report() -> None:
        await recorder.report(store)

    parts.background.append(("live figures", REPORT_SECONDS, report))
    parts.state.read_live = ReadLive(store, deployments or _no_cluster)
    return LiveMeter(recorder, metrics)


async def _no_cluster() -> list[Any]:
    return []
