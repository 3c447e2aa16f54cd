"""Count what a replica does and tell the others every few seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from deployments.search.application.live_ports import LiveStore, ReplicaState
from deployments.search.domain.live_figures import Figures

REPORT_SECONDS: Final = 2.0
ROUTES: Final = {"/search": "search", "/suggest": "suggest", "/similar/{product_id}": "similar"}


class LiveRecorder:
    """What one replica counts between two reports.

    Args:
        state: gauges and settings of the moment.
        totals: counts that somebody else keeps, growing for the life of the replica.
    """

    def __init__(
        self,
        deployment: str,
        name: str,
        *,
        state: Callable[[], Mapping[str, Any]] = dict,
        totals: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self.figures = Figures()
        self._deployment = deployment
        self._name = name
        self._state = state
        self._totals = totals
        self._reported: Mapping[str, int] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP request."""
        name = ROUTES.get(route)
        if name is None or method != "GET":
            return
        self.figures.count(f"requests:{name}")
        self.figures.observe(f"ms:{name}", seconds * 1000)
        if status >= 500:
            self.figures.count(f"failed:{name}")

    def found_after(self, seconds: float) -> None:
        """A product change can be searched that long after it happened."""
        self.figures.observe("lag_ms", seconds * 1000)

    def encoded_queries(self, size: int, seconds: float) -> None:
        """A batch of queries went through the model."""
        self.figures.count("batches")
        self.figures.count("queries", size)
        self.figures.observe_exactly("batch_size", size)
        self.figures.observe("encode_ms", seconds * 1000)

    def encoded_documents(self, size: int) -> None:
        self.figures.count("documents", size)

    async def report(self, store: LiveStore) -> None:
        """Tell what was counted since the last report; it is lost when that fails."""
        totals = dict(self._totals())
        for name, total in totals.items():
            self.figures.count(name, total - self._reported.get(name, 0))
        self._reported = totals
        said = ReplicaState(self._deployment, self._name, self._state())
        await store.add(said, self.figures.take())
