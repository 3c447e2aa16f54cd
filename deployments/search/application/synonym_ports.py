"""What synonyms need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from deployments.search.domain.synonyms import Lexemes, Synonym


class SynonymRepository(Protocol):
    async def lock(self) -> None:
        """Until the end of the transaction no one else changes them."""
        ...

    async def all(self) -> list[Synonym]: ...

    async def with_lexemes(self) -> list[tuple[Synonym, Sequence[Lexemes]]]:
        """All, with the lexemes of each term."""
        ...

    async def save(self, synonym: Synonym) -> None: ...

    async def remove(self, identity: UUID) -> bool: ...
