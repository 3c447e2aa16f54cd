"""A load against a store in this process."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import httpx
import pytest

from deployments.local.load_lab import run as lab
from deployments.local.load_lab.figures import Step
from deployments.search.contract import SearchLive


class Store:
    """Answers after ``pause``; ``live`` never says anything of replicas."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.status = 200
        self.tokens: list[str] = []
        self.said: dict[str, Any] = {}

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.tokens.append(request.headers["authorization"])
        await asyncio.sleep(self.pause)
        return httpx.Response(self.status, content=b'{"mode":"lexical"}')

    async def live(self) -> SearchLive:
        quiet = {
            "at": datetime.now(UTC),
            "routes": [],
            "encoding": {
                "queries_per_second": 0,
                "documents_per_second": 0,
                "batches": 0,
                "sizes": [],
            },
            "deployments": [],
            "points": [],
        }
        return SearchLive.model_validate(quiet | self.said)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    client = httpx.AsyncClient

    def connected(**options: object) -> httpx.AsyncClient:
        return client(transport=httpx.MockTransport(store.handle))

    monkeypatch.setattr(lab.httpx, "AsyncClient", connected)
    monkeypatch.setattr(lab, "_WARM_UP_SECONDS", 0.01)
    monkeypatch.setattr(lab, "_REPORT_SECONDS", 0.0)
    return store


def load_of(store: Store) -> lab.Load:
    return lab.Load(
        "http://store/ai",
        lambda: "operator-token",
        store,  # type: ignore[arg-type]
        repeat("mug"),
        fixed=True,
    )


async def test_every_rate_is_a_step(store: Store) -> None:
    heard: list[Step] = []
    steps = await load_of(store).run([200, 100], 0.2, heard.append)
    assert [step.rate for step in steps] == [100, 200]
    assert heard == steps
    assert [step.answered for step in steps] == [20, 40]
    assert steps[0].modes == {"lexical": 20}
    assert set(store.tokens) == {"Bearer operator-token"}


async def test_what_the_store_says_of_a_step_is_kept_with_it(store: Store) -> None:
    store.said = {
        "cache_hits": 0.25,
        "encoding": {
            "queries_per_second": 1,
            "documents_per_second": 0,
            "batches": 4,
            "sizes": [{"queries": 1, "batches": 3}, {"queries": 5, "batches": 1}],
            "milliseconds": {"p50": 2.0, "p95": 3.0, "p99": 4.0, "count": 4},
        },
    }
    (step,) = await load_of(store).run([100], 0.1, lambda _: None)
    assert (step.cache_hits, step.mean_batch, step.encode_ms) == (0.25, 2.0, 2.0)


async def test_a_slow_answer_holds_up_no_other_request(store: Store) -> None:
    store.pause = 1
    (step,) = await load_of(store).run([100], 0.2, lambda _: None)
    # One after the other, twenty answers would take twenty seconds.
    assert step.answered == 20
    assert step.seconds < 10
    assert min(step.latencies) >= 1000


async def test_waiting_to_be_sent_counts_as_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab, "_MOST_IN_FLIGHT", 2)
    store.pause = 0.05
    (step,) = await load_of(store).run([100], 0.2, lambda _: None)
    assert step.unsent > 0
    assert step.due == 20
    assert not step.meets(1000)


async def test_a_store_that_refuses_most_is_left_alone(store: Store) -> None:
    store.status = 503
    steps = await load_of(store).run([100, 200, 400], 0.1, lambda _: None)
    assert [step.rate for step in steps] == [100]
    assert steps[0].statuses == {"503": 10}


async def test_stopping_keeps_what_was_measured(store: Store) -> None:
    load = load_of(store)
    asyncio.get_running_loop().call_later(0.3, load.stopping.set)
    steps = await load.run([50, 60], 60, lambda _: None)
    assert len(steps) == 1
    assert 0 < steps[0].answered < 100
