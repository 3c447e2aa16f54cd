"""Take a synonym back."""

from __future__ import annotations

from uuid import UUID

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.save_synonym import UNKNOWN_SYNONYM


class RemoveSynonym:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, identity: UUID) -> None:
        """Raises ``NotFound`` ``synonym_not_found``."""
        async with self._begin() as work:
            await work.synonyms.lock()
            if not await work.synonyms.remove(identity):
                raise UNKNOWN_SYNONYM
            await work.commit()
