"""Percentiles of a step, and the settings that follow from steps."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from deployments.local.load_lab.advice import Advice, advise
from deployments.local.load_lab.figures import Step, percentile
from deployments.local.load_lab.report import COLUMNS, cells, html


def step(
    rate: float,
    milliseconds: float,
    *,
    slow: float | None = None,
    failed: int = 0,
    replicas: int = 1,
    busy: float = 0.5,
    encode_ms: float = 2.0,
    seconds: float = 10,
) -> Step:
    """``rate * 10`` requests, one in ten of which takes ``slow``."""
    due = int(rate * 10)
    answered = due - failed
    latencies = [slow if slow and n % 10 == 0 else milliseconds for n in range(answered)]
    return Step(
        rate,
        seconds,
        latencies,
        Counter({"200": answered, "503": failed}),
        Counter(hybrid=answered),
        replicas={"search": replicas, "embedder": 1},
        cores_busy=busy,
        own_cores=0.1,
        mean_batch=1.0,
        encode_ms=encode_ms,
        cache_hits=0.5,
    )


def value(advice: Advice, name: str) -> str:
    return next(piece.value for piece in advice.pieces if piece.setting.endswith(name))


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7
    assert math.isnan(percentile([], 0.5))


def test_a_step_meets_a_target_when_it_is_quick_and_whole() -> None:
    assert step(10, 20).meets(40)
    assert not step(10, 20, slow=90).meets(40)
    assert not step(10, 20, failed=2).meets(40)
    assert not Step(10, 10, statuses=Counter({"503": 100})).meets(40)


def test_the_knee_is_the_last_step_before_the_target_is_missed() -> None:
    steps = [step(10, 10), step(20, 12), step(40, 15, slow=300), step(80, 14)]
    advice = advise(steps, target_p95_ms=40)
    assert advice.knee is steps[1]
    assert "20 requests/s" in advice.summary


def test_replicas_are_rate_times_service_time_over_utilisation() -> None:
    steps = [step(50, 20), step(100, 30, slow=500)]
    # One replica answered 100/s at most: 10 ms each; 200/s × 10 ms / 0.7 = 2.9.
    advice = advise(steps, target_p95_ms=40, wanted_rate=200)
    assert value(advice, "search: autoscaling_config.max_replicas") == "3"
    # Little's law at the knee: 50/s × 20 ms = 1 in work.
    assert value(advice, "target_ongoing_requests") == "1"


def test_replicas_that_were_there_are_counted_with_what_they_answered() -> None:
    steps = [step(50, 20, replicas=2), step(100, 30, slow=500, replicas=2)]
    advice = advise(steps, target_p95_ms=40, wanted_rate=200)
    assert value(advice, "search: autoscaling_config.max_replicas") == "6"


def test_queries_that_rarely_meet_are_not_made_to_wait() -> None:
    advice = advise([step(20, 10, encode_ms=1)], target_p95_ms=40)
    assert value(advice, "max_batch_size") == "1"
    assert value(advice, "batch_wait_timeout_s") == "0"


def test_an_engine_without_batches_is_given_threads() -> None:
    slow = [step(400, 20, encode_ms=5)]
    advice = advise(slow, target_p95_ms=40, one_by_one=True)
    # 200 queries/s × 5 ms = one thread at work; 2 at 70 %.
    assert value(advice, "query_threads × replicas") == "2"
    assert not any("max_batch_size" in piece.setting for piece in advice.pieces)


def test_batches_follow_what_arrives_while_one_is_encoded() -> None:
    slow = [step(400, 20, encode_ms=20, replicas=4)]
    advice = advise(slow, target_p95_ms=40, settings={"max_batch_size": 1})
    # 200 queries/s in batches of one that take 20 ms keep 4 replicas busy: 6 at 70 %.
    assert value(advice, "embedder: autoscaling_config.max_replicas") == "6"
    assert value(advice, "max_batch_size") == "4"
    assert any("(now 1)" in piece.why for piece in advice.pieces)


def test_a_target_that_nothing_meets_says_that_replicas_do_not_help() -> None:
    advice = advise([step(5, 90), step(10, 90)], target_p95_ms=40)
    assert advice.knee is None
    assert advice.pieces == []
    assert "More replicas do not help" in advice.summary


def test_a_full_machine_is_named() -> None:
    steps = [step(20, 10), step(40, 200, busy=0.97)]
    assert "machine's cores were busy" in advise(steps, target_p95_ms=40).summary
    full = [step(20, 200, busy=0.99)]
    assert "nothing else runs" in advise(full, target_p95_ms=40).summary
    idle = [step(20, 10), step(40, 200, busy=0.4)]
    assert "machine's cores" not in advise(idle, target_p95_ms=40).summary


@pytest.mark.parametrize("steps", [[], [Step(5, 10, statuses=Counter({"no answer": 50}))]])
def test_without_answers_there_is_no_advice(steps: list[Step]) -> None:
    advice = advise(steps, target_p95_ms=40)
    assert (advice.knee, advice.pieces) == (None, [])
    assert "<h1>" in html(steps, advice, target_p95_ms=40, about="")


def test_the_page_stands_alone_and_shows_every_step() -> None:
    steps = [step(10, 10), step(20, 12), step(40, 200)]
    page = html(steps, advise(steps, target_p95_ms=40), target_p95_ms=40, about="<2 cores>")
    assert "<svg" in page
    assert page.count("<tr") >= 4
    assert "&lt;2 cores&gt;" in page
    assert "src=" not in page
    assert "http" not in page
    assert "nan" not in page


def test_what_the_store_did_not_say_is_a_dash() -> None:
    silent = Step(5, 1, [3.0], Counter({"200": 1}))
    assert len(cells(silent)) == len(COLUMNS)
    assert cells(silent)[-1] == "–"
