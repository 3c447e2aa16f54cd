"""Build a new index version beside the active one and switch to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from deployments.search.application.ports import IndexVersion, Range, UnitOfWorkFactory
from deployments.search.application.sync_documents import SyncDocuments

Progress = Callable[[str, int, int | None], None]
# Makes and stores the vectors of each range; yields the number stored as it goes.
EmbedRanges = Callable[[IndexVersion, Sequence[Range]], Iterator[int]]

_RANGE_SIZE: Final = 256
# A catalogue that changes faster than this many passes catch up is left to the service's own
# backlog work.
_MOST_PASSES: Final = 5
_KEPT_FOR_ROLLBACK: Final = 1


@dataclass(frozen=True, slots=True)
class Built:
    """``embedded`` may be fewer than ``documents`` when an interrupted build was resumed."""

    version: str
    model: str
    documents: int
    removed: int
    embedded: int
    dropped: list[str]
    seconds: float


class BuildIndex:
    """Documents are written first, by whoever has news of them, and vectors follow: what has no
    vector in a version is its backlog. A build works its version's backlog off again and again,
    so that changes made meanwhile are in it, and a killed build is resumed by the next."""

    def __init__(self, begin: UnitOfWorkFactory, documents: SyncDocuments) -> None:
        self._begin = begin
        self._documents = documents

    async def __call__(
        self, model: str, dimension: int, embed: EmbedRanges, progress: Progress
    ) -> Built:
        started = time.monotonic()
        written, removed = await self._documents.everything(
            lambda done: progress("products", done, None)
        )
        progress("products", written, written)
        async with self._begin() as work:
            version = await work.versions.start_build(model, dimension)
            await work.commit()
        embedded = await self._work_off(version, embed, progress, "vectors")
        progress("vector index", 0, 1)
        async with self._begin() as work:
            await work.versions.create_vector_index(version.id)
            await work.commit()
        progress("vector index", 1, 1)
        embedded += await self._work_off(version, embed, progress, "latest changes")
        async with self._begin() as work:
            await work.versions.activate(version.id)
            await work.commit()
        embedded += await self._work_off(version, embed, progress, "latest changes")
        async with self._begin() as work:
            dropped = await work.versions.drop_retired(keep=_KEPT_FOR_ROLLBACK)
            await work.commit()
        return Built(
            version.name,
            model,
            written,
            removed,
            embedded,
            [old.name for old in dropped],
            time.monotonic() - started,
        )

    async def _work_off(
        self, version: IndexVersion, embed: EmbedRanges, progress: Progress, stage: str
    ) -> int:
        embedded = 0
        for _ in range(_MOST_PASSES):
            async with self._begin() as work:
                total = await work.embeddings.count_pending(version.id)
                ranges = await work.embeddings.pending_ranges(version.id, size=_RANGE_SIZE)
            if not ranges:
                break
            done = 0
            progress(stage, 0, total)
            for stored in embed(version, ranges):
                done += stored
                progress(stage, min(done, total), total)
                async with self._begin() as work:
                    await work.versions.touch(version.id)
                    await work.commit()
            embedded += done
        return embedded
