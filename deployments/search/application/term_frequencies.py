"""How common the catalogue's words are, as of a minute ago."""

from __future__ import annotations

import time
from collections.abc import Mapping

from deployments.search.application.ports import UnitOfWorkFactory

_MAX_AGE_SECONDS = 60.0


class TermFrequencies:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self._known: Mapping[str, float] = {}
        self._read_at = float("-inf")

    async def get(self) -> Mapping[str, float]:
        """Share of documents, 0..1, that hold each of the commonest lexemes."""
        if time.monotonic() - self._read_at > _MAX_AGE_SECONDS:
            # Set before reading, so that searches meanwhile use what is known.
            self._read_at = time.monotonic()
            async with self._begin() as work:
                self._known = await work.retrieval.term_frequencies()
        return self._known
