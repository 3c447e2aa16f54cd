"""Build a new index version beside the active one and switch to it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from deployments.search.application.ports import IndexVersion, ModelRef, UnitOfWorkFactory
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.application.work_off_backlog import EmbedRanges, Progress, WorkOffBacklog
from deployments.shared.errors import Unavailable

# Makes the version of that name the active one.
Switch = Callable[[str], Awaitable[object]]

_KEPT_FOR_ROLLBACK: Final = 1


@dataclass(frozen=True, slots=True)
class Built:
    """``embedded`` may be fewer than ``documents`` when an interrupted build was resumed;
    ``active``: it was switched to."""

    version: str
    model: str
    documents: int
    removed: int
    embedded: int
    dropped: list[str]
    seconds: float
    active: bool


class BuildIndex:
    """Documents are written first, by whoever has news of them, and vectors follow: what has no
    vector in a version is its backlog. A killed build is resumed by the next of the same model."""

    def __init__(self, begin: UnitOfWorkFactory, documents: SyncDocuments) -> None:
        self._begin = begin
        self._documents = documents

    async def __call__(
        self,
        model: ModelRef,
        dimension: int,
        embed: EmbedRanges,
        progress: Progress,
        switch: Switch | None,
    ) -> Built:
        """``switch`` None: the version is left ready, beside the active one."""
        started = time.monotonic()
        written, removed = await self._documents.everything(
            lambda done: progress("products", done, None)
        )
        progress("products", written, written)
        async with self._begin() as work:
            version = await work.versions.start_build(
                model, dimension, takes_over=switch is not None
            )
            await work.commit()
        embedded = await self._make_vectors(version, embed, progress)
        dropped: list[IndexVersion] = []
        if switch is not None:
            await switch(version.name)
            dropped = await self._drop_old()
        return Built(
            version.name,
            model.name,
            written,
            removed,
            embedded,
            [old.name for old in dropped],
            time.monotonic() - started,
            active=switch is not None,
        )

    async def _make_vectors(
        self, version: IndexVersion, embed: EmbedRanges, progress: Progress
    ) -> int:
        work_off = WorkOffBacklog(self._begin, embed, progress)
        embedded = await work_off(version, "vectors")
        progress("vector index", 0, 1)
        async with self._begin() as work:
            await work.versions.create_vector_index(version.id)
            await work.commit()
        progress("vector index", 1, 1)
        embedded += await work_off(version, "latest changes")
        async with self._begin() as work:
            await work.versions.finish_build(version.id)
            await work.commit()
        return embedded

    async def _drop_old(self) -> list[IndexVersion]:
        """A version that is in use just now goes with the next build."""
        dropped = []
        async with self._begin() as work:
            retired = await work.versions.retired()
        for version in retired[_KEPT_FOR_ROLLBACK:]:
            try:
                async with self._begin() as work:
                    await work.versions.drop(version.id)
                    await work.commit()
            except Unavailable:
                continue
            dropped.append(version)
        return dropped
