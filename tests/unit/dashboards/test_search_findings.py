"""What the live figures of search ask for."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.charts_live import batch_chart, latency_chart, rate_chart
from dashboards.search_findings import findings
from deployments.search.contract import IndexStatus, SearchLive
from tests.unit.dashboards.conftest import index_status, search_live, spread


def live(**changes: Any) -> SearchLive:
    return SearchLive.model_validate(search_live() | changes)


def deployments(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [d | (changes if d["name"] == name else {}) for d in search_live()["deployments"]]


def test_a_healthy_store_asks_for_nothing() -> None:
    assert findings(live(), IndexStatus.model_validate(index_status())) == []
    assert findings(live(), None) == []


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"deployments": deployments("embedder", running=0)}, "bad", "words alone"),
        ({"without_meaning": 0.2}, "bad", "20.0 %"),
        ({"lag_ms": spread(1000, 9000, 9900)}, "note", "9.0 s"),
        ({"deployments": deployments("embedder", waiting=40)}, "bad", "40 queries wait"),
        ({"deployments": deployments("search", ongoing=80, running=4)}, "bad", "max_replicas"),
        ({"deployments": deployments("search", starting=1)}, "note", "starting"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], level: str, words: str) -> None:
    (finding,) = findings(live(**changes), None)
    assert finding.level == level
    assert words in finding.text


def test_slow_and_failed_searches_and_missing_vectors_are_named_worst_first() -> None:
    route = search_live()["routes"][0] | {"failed": 3, "milliseconds": spread(20, 90, 200)}
    status = IndexStatus.model_validate(index_status() | {"pending": 1200})
    found = findings(live(routes=[route]), status)
    assert [finding.level for finding in found] == ["bad", "note", "note"]
    said = " ".join(finding.text for finding in found)
    assert "3 requests" in said
    assert "90 ms" in said
    assert "1,200 products" in said


def test_charts_are_valid_with_gaps() -> None:
    found = live()
    for chart in (
        rate_chart(found.points),
        latency_chart(found.points, 40),
        batch_chart(found.encoding),
    ):
        assert chart.to_dict()["$schema"]
