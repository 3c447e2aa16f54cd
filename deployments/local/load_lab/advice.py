"""From measured steps to settings, by rules that are written beside each piece of advice.

Little's law: requests in work = rate × time in the system. A replica that is busy for ``s`` of its
seconds with each request can take at most ``1/s`` a second; for even latency it should be busy for
70 % of its time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deployments.local.load_lab.figures import Step

TARGET_UTILISATION: Final = 0.7
_MACHINE_FULL: Final = 0.9
_MOST_BATCH: Final = 256
_WAIT_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Piece:
    """``setting`` and ``value`` as they stand in serve_config.yaml, and why."""

    setting: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Advice:
    """``knee``: the highest rate measured that meets the target, None when none does."""

    knee: Step | None
    summary: str
    pieces: list[Piece]


def advise(
    steps: Sequence[Step],
    *,
    target_p95_ms: float,
    wanted_rate: float | None = None,
    settings: Mapping[str, float] | None = None,
    one_by_one: bool = False,
) -> Advice:
    """
    Args:
        wanted_rate: requests a second to be served; without, that of the knee.
        settings: the Embedder's ``user_config`` of the moment.
        one_by_one: its engine makes no batches of queries, as ONNX Runtime's does not.
    """
    measured = [step for step in steps if step.answered]
    if not measured:
        return Advice(None, "Nothing was answered: no advice.", [])
    knee = _knee(measured, target_p95_ms)
    if knee is None:
        lowest = min(measured, key=lambda step: step.rate)
        if lowest.cores_busy > _MACHINE_FULL:
            return Advice(
                None,
                f"At {lowest.rate:g} requests/s the machine's cores were busy already, and p95 was "
                f"{lowest.p(0.95):.0f} ms (target {target_p95_ms:g} ms): measure when nothing else "
                "runs on it, at lower rates, or on a larger machine.",
                [],
            )
        return Advice(
            None,
            f"Even at {lowest.rate:g} requests/s p95 is {lowest.p(0.95):.0f} ms, above the target "
            f"of {target_p95_ms:g} ms. More replicas do not help: a single search has to become "
            "quicker (a faster engine, fewer candidates, a larger machine).",
            [],
        )
    best = max(measured, key=lambda step: step.throughput)
    rate = wanted_rate or knee.throughput
    pieces = _search(knee, best, rate)
    if not math.isnan(knee.encode_ms) and not math.isnan(knee.cache_hits):
        if one_by_one:
            pieces.append(_threads(knee, rate, settings or {}))
        else:
            pieces += _batches(knee, rate, target_p95_ms, settings or {})
    return Advice(knee, _summary(knee, best, measured, target_p95_ms), pieces)


def _knee(steps: Sequence[Step], target_p95_ms: float) -> Step | None:
    """The last step before the first that misses the target: a later one that meets it again
    was luck, or replicas that came meanwhile and are counted with it."""
    knee = None
    for step in sorted(steps, key=lambda step: step.rate):
        if not step.meets(target_p95_ms):
            break
        knee = step
    return knee


def _summary(knee: Step, best: Step, steps: Sequence[Step], target_p95_ms: float) -> str:
    text = (
        f"The knee is at {knee.rate:g} requests/s: {knee.throughput:.0f} answers/s with p95 "
        f"{knee.p(0.95):.0f} ms (target {target_p95_ms:g} ms)."
    )
    missed = [step for step in steps if step.rate > knee.rate]
    if not missed:
        return text + " No step missed the target: measure higher rates to find the limit."
    text += f" The most answered was {best.throughput:.0f}/s."
    if max(step.cores_busy for step in missed) > _MACHINE_FULL:
        text += (
            " The machine's cores were busy then: on this machine more replicas would only share "
            "them; another machine, a GPU or a faster engine moves the knee."
        )
    return text


def _search(knee: Step, best: Step, rate: float) -> list[Piece]:
    replicas = max(1, knee.replicas.get("search", 1))
    at_best = max(1, best.replicas.get("search", replicas))
    service_seconds = at_best / best.throughput
    needed = max(1, math.ceil(rate * service_seconds / TARGET_UTILISATION))
    in_work = knee.throughput * knee.mean_ms / 1000 / replicas
    ongoing = max(1, round(in_work))
    return [
        Piece(
            "search: autoscaling_config.max_replicas",
            str(needed),
            f"rate × service time / utilisation = {rate:.0f}/s × {service_seconds * 1000:.1f} ms / "
            f"{TARGET_UTILISATION:g}; the service time is that of a replica at the most it "
            f"answered ({at_best} replica{'s' if at_best > 1 else ''}, {best.throughput:.0f}/s)",
        ),
        Piece(
            "search: autoscaling_config.target_ongoing_requests",
            str(ongoing),
            f"Little's law at the knee: {knee.throughput:.0f}/s × {knee.mean_ms:.0f} ms / "
            f"{replicas} = {in_work:.1f} requests in work on a replica; above that Serve adds one",
        ),
        Piece(
            "search: max_ongoing_requests",
            str(max(8, 4 * ongoing)),
            "four times the target, so that a replica takes a burst and what is more waits where "
            "it can be refused",
        ),
    ]


def _threads(knee: Step, rate: float, settings: Mapping[str, float]) -> Piece:
    asked = rate * (1 - knee.cache_hits)
    busy = asked * knee.encode_ms / 1000
    return Piece(
        "embedder: user_config.query_threads × replicas",
        str(max(1, math.ceil(busy / TARGET_UTILISATION))),
        f"{asked:.0f} queries/s are not remembered ({knee.cache_hits:.0%} are) and take "
        f"{knee.encode_ms:.1f} ms each, one by one: {busy:.2f} threads at work / "
        f"{TARGET_UTILISATION:g}; a replica has use for as many as it has cores"
        + _now(settings, "query_threads"),
    )


def _batches(
    knee: Step, rate: float, target_p95_ms: float, settings: Mapping[str, float]
) -> list[Piece]:
    asked = rate * (1 - knee.cache_hits)
    seconds = knee.encode_ms / 1000
    mean_batch = 1.0 if math.isnan(knee.mean_batch) else knee.mean_batch
    busy = asked * seconds / mean_batch
    replicas = max(1, math.ceil(busy / TARGET_UTILISATION))
    # What comes while one batch is in the model is the next batch.
    arriving = asked * seconds / replicas
    size = 1 if arriving < 0.5 else min(_MOST_BATCH, 2 ** math.ceil(math.log2(4 * arriving)))
    wait = 0.0 if arriving < 1 else min(seconds / 2, _WAIT_SHARE * target_p95_ms / 1000)
    return [
        Piece(
            "embedder: autoscaling_config.max_replicas",
            str(replicas),
            f"{asked:.0f} queries/s are not remembered ({knee.cache_hits:.0%} are), in batches of "
            f"{mean_batch:.1f} that take {knee.encode_ms:.1f} ms: busy for {busy:.0%} of one "
            "replica",
        ),
        Piece(
            "embedder: user_config.max_batch_size",
            str(size),
            f"{arriving:.1f} queries come while a batch is in the model"
            + (
                "; batches would be of one query, which is quickest and gives stable vectors"
                if size == 1
                else "; four times that, as a power of two, takes bursts"
            )
            + _now(settings, "max_batch_size"),
        ),
        Piece(
            "embedder: user_config.batch_wait_timeout_s",
            f"{wait:.4g}",
            (
                "queries rarely meet: waiting for others only adds to each search"
                if wait == 0
                else "half of a batch's time, at most a tenth of the latency target"
            )
            + _now(settings, "batch_wait_timeout_s"),
        ),
    ]


def _now(settings: Mapping[str, float], name: str) -> str:
    return f" (now {settings[name]:g})" if name in settings else ""
