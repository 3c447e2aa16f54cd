"""What means the same in this shop."""

from __future__ import annotations

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.synonyms import Synonym


class ListSynonyms:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self) -> list[Synonym]:
        async with self._begin() as work:
            return await work.synonyms.all()
