"""What the text search configuration makes of words, which it does the same way each time."""

from __future__ import annotations

import re
from typing import Final

from deployments.search.application.ports import Understanding, UnitOfWorkFactory
from deployments.search.domain.query import Query

_MOST_WORDS: Final = 50_000
# Each of these words is read by itself, whatever stands beside it; "3.5", "wi-fi" and "a@b" are
# not, so such a query is read as a whole.
_PLAIN: Final = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")


class Lexemes:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self._known: dict[str, str | None] = {}

    async def of(self, query: Query) -> Understanding:
        words = query.words
        if not _PLAIN.fullmatch(query.text):
            async with self._begin() as work:
                lexemes, of_words = await work.retrieval.lexemes(query.text, words)
            return _understanding(query, lexemes, dict(zip(words, of_words, strict=True)))
        known = {word: self._known[word] for word in words if word in self._known}
        if missing := [word for word in words if word not in known]:
            async with self._begin() as work:
                _, of_words = await work.retrieval.lexemes("", missing)
            fresh = dict(zip(missing, of_words, strict=True))
            if len(self._known) > _MOST_WORDS:
                self._known.clear()
            self._known |= fresh
            known |= fresh
        return _understanding(query, [each for word in words if (each := known[word])], known)


def _understanding(
    query: Query, lexemes: list[str], of_words: dict[str, str | None]
) -> Understanding:
    correctable = {word: lexeme for word in query.correctable if (lexeme := of_words[word])}
    return Understanding(list(dict.fromkeys(lexemes)), correctable)
