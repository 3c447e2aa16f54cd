"""Remember what shoppers ask and find, for others to be suggested."""

from __future__ import annotations

from typing import Final

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.suggestion_ports import PastQuery
from deployments.search.domain.past_query import may_be_suggested
from deployments.search.domain.query import Query

_MOST: Final = 5_000


class PastQueries:
    """Searches write nothing: what was asked is counted in memory, and ``flush`` is background
    work. What a replica has not written yet is lost with it."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self._asked: dict[str, PastQuery] = {}

    def note(self, query: Query, found: int) -> None:
        folded = query.folded
        if not found or not may_be_suggested(folded):
            return
        known = self._asked.get(folded)
        if known is not None or len(self._asked) < _MOST:
            self._asked[folded] = PastQuery(folded, known.count + 1 if known else 1, found)

    async def flush(self) -> None:
        if not self._asked:
            return
        # What comes meanwhile waits for the next time.
        asked, self._asked = self._asked, {}
        async with self._begin() as work:
            await work.suggestions.note(sorted(asked.values(), key=lambda each: each.query))
            await work.commit()
