"""The live picture of search: all replicas together, now and over the last minutes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from deployments.search.application.live_ports import (
    SLOT_SECONDS,
    Deployments,
    DeploymentState,
    LiveStore,
    Recorded,
    ReplicaState,
    Slot,
)
from deployments.search.application.report_live import ROUTES
from deployments.search.domain.live_figures import Figures, Spread, summed

logger = logging.getLogger(__name__)

_NOW_SLOTS: Final = 6
_HISTORY_SLOTS: Final = 90
_DEPLOYMENTS: Final = ("search", "embedder")
_ASKED: Final = ("cache:hit", "cache:miss")


@dataclass(frozen=True, slots=True)
class RouteFigures:
    route: str
    per_second: float
    failed: int
    milliseconds: Spread | None


@dataclass(frozen=True, slots=True)
class Point:
    """Ten seconds of the past."""

    start: datetime
    per_second: float
    milliseconds: Spread | None
    without_meaning: float | None
    cache_hits: float | None
    mean_batch: float | None


@dataclass(frozen=True, slots=True)
class Encoding:
    """The embedder's work of the last minute; ``sizes``: (queries in a batch, batches)."""

    queries_per_second: float
    documents_per_second: float
    batches: int
    sizes: Sequence[tuple[int, int]]
    milliseconds: Spread | None


@dataclass(frozen=True, slots=True)
class DeploymentFigures:
    """``ongoing``, ``waiting``: of all replicas together; ``waiting`` None: nobody counts it."""

    cluster: DeploymentState
    ongoing: int
    waiting: int | None
    engines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Live:
    """``without_meaning``, ``cache_hits``: shares of the last minute's searches, None without
    any. ``lag_ms``: from a product's change until it can be searched, over the last hour."""

    at: datetime
    routes: Sequence[RouteFigures]
    without_meaning: float | None
    cache_hits: float | None
    encoding: Encoding
    lag_ms: Spread | None
    deployments: Sequence[DeploymentFigures]
    points: Sequence[Point]


class ReadLive:
    def __init__(self, store: LiveStore, deployments: Deployments) -> None:
        self._store = store
        self._deployments = deployments

    async def __call__(self) -> Live:
        recorded = await self._store.read()
        latest = recorded.slots[-_NOW_SLOTS:]
        now = summed(slot.figures for slot in latest)
        seconds = max(1.0, (recorded.at - latest[0].start).total_seconds())
        return Live(
            at=recorded.at,
            routes=[_route(name, now, seconds) for name in ROUTES.values()],
            without_meaning=_share(now, "cache:none", *_ASKED),
            cache_hits=_share(now, "cache:hit", *_ASKED),
            encoding=Encoding(
                queries_per_second=now.total("queries") / seconds,
                documents_per_second=now.total("documents") / seconds,
                batches=now.total("batches"),
                sizes=now.values("batch_size"),
                milliseconds=now.spread("encode_ms"),
            ),
            lag_ms=summed(slot.figures for slot in recorded.slots).spread("lag_ms"),
            deployments=_with_gauges(await self._cluster(), recorded),
            # The last slot is still going on.
            points=[_point(slot) for slot in recorded.slots[-_HISTORY_SLOTS - 1 : -1]],
        )

    async def _cluster(self) -> list[DeploymentState]:
        try:
            return await self._deployments()
        except Exception as error:
            logger.warning("the cluster does not say what runs", extra={"error": repr(error)})
            return []


def _share(figures: Figures, part: str, *whole: str) -> float | None:
    total = sum(figures.total(name) for name in whole)
    return figures.total(part) / total if total else None


def _route(name: str, figures: Figures, seconds: float) -> RouteFigures:
    return RouteFigures(
        name,
        figures.total(f"requests:{name}") / seconds,
        figures.total(f"failed:{name}"),
        figures.spread(f"ms:{name}"),
    )


def _point(slot: Slot) -> Point:
    figures = slot.figures
    batches = figures.total("batches")
    return Point(
        slot.start,
        figures.total("requests:search") / SLOT_SECONDS,
        figures.spread("ms:search"),
        _share(figures, "cache:none", *_ASKED),
        _share(figures, "cache:hit", *_ASKED),
        figures.total("queries") / batches if batches else None,
    )


def _with_gauges(cluster: Sequence[DeploymentState], recorded: Recorded) -> list[DeploymentFigures]:
    known = {state.name: state for state in cluster}
    found = []
    for name in _DEPLOYMENTS:
        replicas = [replica for replica in recorded.replicas if replica.deployment == name]
        if name not in known and not replicas:
            continue
        state = known.get(name) or DeploymentState(name, "UNKNOWN", len(replicas), 0)
        found.append(_deployment(state, replicas))
    return found


def _deployment(state: DeploymentState, replicas: Sequence[ReplicaState]) -> DeploymentFigures:
    states = [replica.state for replica in replicas]
    waiting = [int(said["waiting"]) for said in states if "waiting" in said]
    return DeploymentFigures(
        replace(state, settings=dict(state.settings) | _common_settings(states)),
        ongoing=sum(int(said.get("ongoing", 0)) for said in states),
        waiting=sum(waiting) if waiting else None,
        engines=sorted({str(said["engine"]) for said in states if said.get("engine")}),
    )


def _common_settings(states: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What replicas run with; after a change they agree within a moment."""
    settings: dict[str, float] = {}
    for said in states:
        settings |= said.get("settings", {})
    return settings
