"""What the live picture of search needs from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from deployments.search.domain.live_figures import Figures

SLOT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """What a replica said of itself a moment ago; ``state`` are its gauges and settings."""

    deployment: str
    name: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """What all replicas counted in ``SLOT_SECONDS`` from ``start`` on."""

    start: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class Recorded:
    """``slots`` oldest first, the last one still going on; ``at`` is the store's clock."""

    at: datetime
    slots: Sequence[Slot]
    replicas: Sequence[ReplicaState]


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """A deployment as the cluster sees it; ``None`` is not known or not set."""

    name: str
    status: str
    running: int
    starting: int
    target: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    target_ongoing: float | None = None
    max_ongoing: int | None = None
    settings: Mapping[str, float] = field(default_factory=dict)


# Empty where no cluster is asked: then what replicas say of themselves is all there is.
Deployments = Callable[[], Awaitable[list[DeploymentState]]]


class LiveStore(Protocol):
    async def add(self, replica: ReplicaState, counts: Mapping[str, int]) -> None:
        """Add to what the replicas of all machines have counted."""
        ...

    async def read(self) -> Recorded: ...
