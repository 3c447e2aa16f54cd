"""Give an index version all the vectors it lacks, by many workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from deployments.search.application.ports import IndexVersion, Range, UnitOfWorkFactory

Progress = Callable[[str, int, int | None], None]
# Makes and stores the vectors of each range; yields the number stored as it goes.
EmbedRanges = Callable[[IndexVersion, Sequence[Range]], Iterator[int]]

_RANGE_SIZE: Final = 256
# A catalogue that changes faster than this many passes catch up is left to the service's own
# backlog work.
_MOST_PASSES: Final = 5


class WorkOffBacklog:
    """Again and again, so that changes made meanwhile are in it."""

    def __init__(self, begin: UnitOfWorkFactory, embed: EmbedRanges, progress: Progress) -> None:
        self._begin = begin
        self._embed = embed
        self._progress = progress

    async def __call__(self, version: IndexVersion, stage: str) -> int:
        """The number of vectors stored."""
        embedded = 0
        for _ in range(_MOST_PASSES):
            async with self._begin() as work:
                total = await work.embeddings.count_pending(version.id)
                ranges = await work.embeddings.pending_ranges(version.id, size=_RANGE_SIZE)
            if not ranges:
                break
            done = 0
            self._progress(stage, 0, total)
            for stored in self._embed(version, ranges):
                done += stored
                self._progress(stage, min(done, total), total)
                async with self._begin() as work:
                    await work.versions.touch(version.id)
                    await work.commit()
            embedded += done
        return embedded
