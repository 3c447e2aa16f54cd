"""Counts and distributions that replicas add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from deployments.search.application.live_ports import (
    DeploymentState,
    Recorded,
    ReplicaState,
    Slot,
)
from deployments.search.application.read_live import Live, ReadLive
from deployments.search.application.report_live import LiveRecorder
from deployments.search.domain.live_figures import Figures, summed

NOW = datetime(2025, 3, 14, 9, 41, 5, tzinfo=UTC)


class Memory:
    """What was added lies in the slot that goes on."""

    def __init__(self) -> None:
        self.counts: list[Mapping[str, int]] = []
        self.replicas: list[ReplicaState] = []

    async def add(self, replica: ReplicaState, counts: Mapping[str, int]) -> None:
        self.replicas = [r for r in self.replicas if r.name != replica.name] + [replica]
        self.counts.append(counts)

    async def read(self) -> Recorded:
        start = NOW - timedelta(seconds=5)
        slots = [Slot(start - timedelta(seconds=10 * n), Figures()) for n in range(359, 0, -1)]
        latest = summed(Figures(counts) for counts in self.counts)
        return Recorded(NOW, [*slots, Slot(start, latest)], self.replicas)


async def no_cluster() -> list[DeploymentState]:
    return []


async def read(store: Memory, cluster: Sequence[DeploymentState] = ()) -> Live:
    async def deployments() -> list[DeploymentState]:
        return list(cluster)

    return await ReadLive(store, deployments)()


def test_percentiles_are_right_within_a_bucket() -> None:
    figures = Figures()
    for value in range(1, 1001):
        figures.observe("ms", value)
    spread = figures.spread("ms")
    assert spread is not None
    assert spread.count == 1000
    assert spread.p50 == pytest.approx(500, rel=0.06)
    assert spread.p95 == pytest.approx(950, rel=0.06)
    assert spread.p99 == pytest.approx(990, rel=0.06)


def test_distributions_are_added_as_counts_are() -> None:
    one, other = Figures(), Figures()
    one.observe("ms", 1, times=99)
    other.observe("ms", 1000, times=1)
    whole = summed([one, other]).spread("ms")
    assert whole is not None
    assert (whole.p95, whole.count) == (pytest.approx(1, rel=0.06), 100)
    assert Figures().spread("ms") is None


def test_a_value_of_nothing_counts_as_the_smallest() -> None:
    figures = Figures()
    figures.observe("ms", 0.0)
    spread = figures.spread("ms")
    assert spread is not None
    assert 0 < spread.p50 < 0.01


def test_what_was_counted_is_taken_once() -> None:
    figures = Figures()
    figures.count("requests", 2)
    assert figures.take() == {"requests": 2}
    assert figures.take() == {}


async def test_totals_kept_elsewhere_are_reported_as_what_was_added() -> None:
    totals = {"cache:hit": 5}
    recorder = LiveRecorder("search", "a", totals=lambda: totals)
    store = Memory()
    await recorder.report(store)
    totals["cache:hit"] = 8
    await recorder.report(store)
    assert [counts["cache:hit"] for counts in store.counts] == [5, 3]


async def test_replicas_are_one_picture() -> None:
    store = Memory()
    for name in "ab":
        recorder = LiveRecorder(
            "search",
            name,
            state=lambda: {"ongoing": 3},
            totals=lambda: {"cache:hit": 6, "cache:miss": 4, "cache:none": 1},
        )
        for _ in range(11):
            recorder.answered("GET", "/search", 200, 0.010)
        recorder.answered("GET", "/search", 503, 0.010)
        recorder.answered("GET", "/health", 200, 0.010)
        recorder.found_after(1.5)
        await recorder.report(store)
    embedder = LiveRecorder(
        "embedder",
        "c",
        state=lambda: {"ongoing": 2, "waiting": 1, "settings": {"max_batch_size": 8}},
    )
    embedder.encoded_queries(3, 0.004)
    embedder.encoded_queries(1, 0.002)
    await embedder.report(store)

    live = await read(store, [DeploymentState("search", "HEALTHY", running=2, starting=1)])
    search = live.routes[0]
    assert (search.route, search.failed) == ("search", 2)
    assert search.milliseconds is not None
    assert search.milliseconds.count == 24
    # Five slots and half of the sixth: 55 seconds.
    assert search.per_second == pytest.approx(24 / 55)
    assert live.cache_hits == pytest.approx(0.6)
    assert live.without_meaning == pytest.approx(0.1)
    assert live.lag_ms is not None
    assert live.lag_ms.p50 == pytest.approx(1500, rel=0.06)
    assert list(live.encoding.sizes) == [(1, 1), (3, 1)]
    assert live.encoding.queries_per_second == pytest.approx(4 / 55)
    first, second = live.deployments
    assert (first.cluster.name, first.ongoing, first.waiting) == ("search", 6, None)
    assert first.cluster.starting == 1
    # The cluster said nothing of it, but it reports itself.
    assert (second.cluster.status, second.cluster.running) == ("UNKNOWN", 1)
    assert (second.ongoing, second.waiting) == (2, 1)
    assert second.cluster.settings == {"max_batch_size": 8}
    assert len(live.points) == 90


async def test_a_quiet_store_has_no_shares_and_no_percentiles() -> None:
    live = await read(Memory())
    assert [route.milliseconds for route in live.routes] == [None] * 3
    assert (live.cache_hits, live.without_meaning, live.lag_ms) == (None, None, None)
    assert live.deployments == []


async def test_a_cluster_that_does_not_answer_costs_its_part_only() -> None:
    async def deployments() -> list[DeploymentState]:
        raise TimeoutError

    store = Memory()
    await LiveRecorder("search", "a").report(store)
    live = await ReadLive(store, deployments)()
    assert [figures.cluster.status for figures in live.deployments] == ["UNKNOWN"]
