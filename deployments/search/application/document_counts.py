"""How many products hold a word, as of a minute ago."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Final

from deployments.search.application.ports import UnitOfWorkFactory

_MAX_AGE_SECONDS: Final = 60.0
_MOST_WORDS: Final = 50_000


class DocumentCounts:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self._known: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._total = (float("-inf"), 0)

    async def get(self, lexemes: Collection[str]) -> tuple[Mapping[str, int], int]:
        """Of each lexeme, and of all products."""
        since = time.monotonic() - _MAX_AGE_SECONDS
        missing = [lexeme for lexeme in lexemes if self._read_at(lexeme) < since]
        if missing or self._total[0] < since:
            await self._read(missing)
        return {lexeme: self._known[lexeme][1] for lexeme in lexemes}, self._total[1]

    def _read_at(self, lexeme: str) -> float:
        return self._known.get(lexeme, (float("-inf"), 0))[0]

    async def _read(self, lexemes: list[str]) -> None:
        now = time.monotonic()
        async with self._begin() as work:
            counts = await work.postings.document_counts(lexemes) if lexemes else {}
            if self._total[0] < now - _MAX_AGE_SECONDS:
                self._total = (now, await work.postings.document_total())
        for lexeme in lexemes:
            self._known[lexeme] = (now, counts.get(lexeme, 0))
            self._known.move_to_end(lexeme)
        while len(self._known) > _MOST_WORDS + len(lexemes):
            self._known.popitem(last=False)
