"""The synonyms as of a few seconds ago; searches never wait for them."""

from __future__ import annotations

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.synonyms import Synonyms


class KnownSynonyms:
    """``refresh`` is background work. ``current`` is another object only when they changed."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self.current = Synonyms()

    async def refresh(self) -> None:
        async with self._begin() as work:
            read = Synonyms.of(await work.synonyms.with_lexemes())
        if read != self.current:
            self.current = read
