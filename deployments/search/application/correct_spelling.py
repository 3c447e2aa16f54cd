"""Correct the words of a query that the shop does not know, or hardly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from deployments.search.application.document_counts import DocumentCounts
from deployments.search.application.lexemes import Lexemes
from deployments.search.application.ports import Understanding, UnitOfWorkFactory
from deployments.search.domain.query import Query
from deployments.search.domain.spelling import LIKELY, correction, is_word

# A word that at most one in so many products holds may be a slip of a commoner one.
_RARE: Final = 2000
_FEW: Final = 5
_COMMONER: Final = 10


class CorrectSpelling:
    """A word that no product holds is corrected. A word that is right in itself, of the language
    or of a few products, only if it goes with no other word of the query and a likely slip of it
    does: "cd dive" is "cd drive", "sub fan" is "usb fan", and "dive" is "dive".

    Args:
        language: common words of the language.
    """

    def __init__(
        self, begin: UnitOfWorkFactory, counts: DocumentCounts, *, language: Collection[str]
    ) -> None:
        self._begin = begin
        self._lexemes = Lexemes(begin)
        self._counts = counts
        self._language = language

    async def __call__(
        self, query: Query, literal: Collection[str] = ()
    ) -> tuple[Query, Understanding]:
        """The query as it was meant, and what text search makes of it.

        Args:
            literal: words of the query that are right as they are typed.
        """
        understanding = await self._lexemes.of(query)
        counts, total = await self._counts.get(
            [*understanding.lexemes, *understanding.words.values()]
        )
        rare = max(_FEW, total // _RARE) if len(understanding.lexemes) > 1 else 0
        right = {word for words in literal for word in Query(words).words}
        doubtful = {
            word: lexeme
            for word, lexeme in understanding.words.items()
            if word not in right and counts[lexeme] <= rare
        }
        if not doubtful or not total:
            return query, understanding
        meant = query.corrected(await self._corrections(doubtful, understanding, counts))
        if meant == query:
            return query, understanding
        return meant, await self._lexemes.of(meant)

    async def _corrections(
        self,
        doubtful: Mapping[str, str],
        understanding: Understanding,
        counts: Mapping[str, int],
    ) -> dict[str, str]:
        async with self._begin() as work:
            near = await work.retrieval.near_words(list(doubtful))
        found, _ = await self._counts.get(
            {lexeme for candidates in near.values() for lexeme in candidates.values()}
        )
        corrections = {}
        for word, candidates in near.items():
            held = {
                other: found[lexeme]
                for other, lexeme in candidates.items()
                if lexeme != doubtful[word]
            }
            own = counts[doubtful[word]]
            if own or is_word(word, self._language):
                others = [x for x in understanding.lexemes if counts[x] and x != doubtful[word]]
                fitting = await self._fitting(doubtful[word], candidates, others)
                held = {w: n for w, n in held.items() if w in fitting and n > _COMMONER * own}
                better = correction(word, held, at_least=LIKELY)
            else:
                better = correction(word, held)
            if better is not None:
                corrections[word] = better
        return corrections

    async def _fitting(
        self, own: str, candidates: Mapping[str, str], others: list[str]
    ) -> set[str]:
        """Candidates that go with another word of the query in some product; none if the word
        itself does."""
        if not others:
            return set()
        async with self._begin() as work:
            together = await work.retrieval.held_together([own, *candidates.values()], others)
        if own in together:
            return set()
        return {word for word, lexeme in candidates.items() if lexeme in together}
