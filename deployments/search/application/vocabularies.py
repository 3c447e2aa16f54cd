"""The catalogue's vocabulary as of a moment ago; searches never wait for it."""

from __future__ import annotations

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.vocabulary import Vocabulary


class Vocabularies:
    """``refresh`` is background work; until it has run nothing is understood.
    ``current`` is another object only when it changed."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin
        self.current = Vocabulary()

    async def refresh(self) -> None:
        async with self._begin() as work:
            read = await work.vocabulary.read()
        if read != self.current:
            self.current = read
