"""What ranking by words needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from deployments.search.domain.text_weights import TextStatistics


class PostingRepository(Protocol):
    async def claim(self) -> bool:
        """True for one transaction at a time: who may make all postings anew."""
        ...

    async def write(self, product_ids: Collection[UUID]) -> None:
        """Make the postings of these products anew."""
        ...

    async def write_all(self, statistics: TextStatistics) -> None:
        """Make every product's postings anew, as ``statistics`` say."""
        ...

    async def remember(self, statistics: TextStatistics) -> None: ...

    async def statistics(self) -> TextStatistics | None:
        """What the postings were made with; None: nothing was remembered yet."""
        ...

    async def measure(self) -> TextStatistics:
        """The catalogue as it is; reads all of it."""
        ...

    async def document_counts(self, lexemes: Sequence[str]) -> Mapping[str, int]:
        """How many products hold each lexeme; those that none holds are left out."""
        ...

    async def document_total(self) -> int: ...
