"""What the live figures of search ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dashboards.formats import percent
from deployments.search.contract import DeploymentLive, IndexStatus, SearchLive

TARGET_P95_MS: Final = 40.0
TARGET_LAG_MS: Final = 2000.0
_SOME_WITHOUT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Finding:
    level: Literal["bad", "note"]
    text: str


def findings(live: SearchLive, index: IndexStatus | None) -> list[Finding]:
    """The worst first; empty when nothing has to be done."""
    found = [*_answers(live), *_freshness(live, index)]
    for deployment in live.deployments:
        found += _deployment(deployment)
    return sorted(found, key=lambda finding: finding.level)


def _answers(live: SearchLive) -> list[Finding]:
    found = []
    if all(d.running == 0 for d in live.deployments if d.name == "embedder"):
        found.append(
            Finding("bad", "The Embedder does not run: searches are answered by words alone.")
        )
    elif live.without_meaning is not None and live.without_meaning > _SOME_WITHOUT:
        found.append(
            Finding(
                "bad",
                f"{percent(live.without_meaning)} of the searches got no vector in time and were "
                "answered by words alone. Look at the Embedder's queue and encode time: more "
                "replicas, larger batches or a faster engine.",
            )
        )
    failed = sum(route.failed for route in live.routes)
    if failed:
        found.append(Finding("bad", f"{failed} requests of the last minute failed; see the log."))
    search = next((route for route in live.routes if route.route == "search"), None)
    if search and search.milliseconds and search.milliseconds.p95 > TARGET_P95_MS:
        found.append(
            Finding(
                "note",
                f"p95 of search is {search.milliseconds.p95:.0f} ms, above {TARGET_P95_MS:.0f} ms.",
            )
        )
    return found


def _freshness(live: SearchLive, index: IndexStatus | None) -> list[Finding]:
    found = []
    if live.lag_ms and live.lag_ms.p95 > TARGET_LAG_MS:
        found.append(
            Finding(
                "note",
                f"Changes of products take {live.lag_ms.p95 / 1000:.1f} s (p95) to be found.",
            )
        )
    if index and index.pending:
        found.append(
            Finding(
                "note",
                f"{index.pending:,} products have no current vector yet and are found by their "
                "words only.",
            )
        )
    return found


def _deployment(deployment: DeploymentLive) -> list[Finding]:
    found = []
    name, running = deployment.name, max(1, deployment.running)
    if deployment.starting:
        found.append(Finding("note", f"{deployment.starting} more of {name} starting."))
    busy = deployment.ongoing / running
    if (
        deployment.max_replicas is not None
        and deployment.running >= deployment.max_replicas
        and deployment.target_ongoing is not None
        and busy > deployment.target_ongoing
    ):
        found.append(
            Finding(
                "bad",
                f"{name} has all its {deployment.max_replicas} replicas and {busy:.0f} requests on "
                f"each, more than its target of {deployment.target_ongoing:g}: raise max_replicas.",
            )
        )
    batch = deployment.settings.get("max_batch_size")
    if deployment.waiting and batch and deployment.waiting > 2 * batch * running:
        found.append(
            Finding(
                "bad",
                f"{deployment.waiting} queries wait for the model, more than two batches: raise "
                "max_batch_size where batches pay (GPU), else max_replicas.",
            )
        )
    return found
