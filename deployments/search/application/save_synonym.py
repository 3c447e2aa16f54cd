"""Add a synonym, or change one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.synonyms import MOST_SYNONYMS, Synonym
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id

UNKNOWN_SYNONYM = NotFound("synonym_not_found", "there is no such synonym")


class SaveSynonym:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def add(self, terms: Sequence[str], one_way: bool) -> Synonym:
        """
        Raises:
            Invalid: ``invalid_synonym``.
            Conflict: ``synonym_exists``, ``synonym_reversed`` or ``too_many_synonyms``.
        """
        return await self._save(Synonym.of(new_id(), terms, one_way), is_new=True)

    async def change(self, identity: UUID, terms: Sequence[str], one_way: bool) -> Synonym:
        """Raises ``NotFound`` ``synonym_not_found`` and what ``add`` does."""
        return await self._save(Synonym.of(identity, terms, one_way), is_new=False)

    async def _save(self, synonym: Synonym, *, is_new: bool) -> Synonym:
        async with self._begin() as work:
            await work.synonyms.lock()
            stored = await work.synonyms.all()
            others = [each for each in stored if each.id != synonym.id]
            if is_new and len(stored) >= MOST_SYNONYMS:
                raise Conflict("too_many_synonyms", f"a shop has at most {MOST_SYNONYMS}")
            if not is_new and len(others) == len(stored):
                raise UNKNOWN_SYNONYM
            _check_apart(synonym, others)
            await work.synonyms.save(synonym)
            await work.commit()
        return synonym


def _check_apart(synonym: Synonym, others: Sequence[Synonym]) -> None:
    pairs = synonym.pairs()
    known = {pair: other for other in others for pair in other.pairs()}
    if all(pair in known for pair in pairs):
        raise Conflict("synonym_exists", "another synonym says this already")
    for first, other in pairs:
        behind = known.get((other, first))
        if synonym.one_way and behind is not None and behind.one_way:
            raise Conflict(
                "synonym_reversed",
                f"{other!r} already finds {first!r}: let that synonym hold both ways instead",
            )
