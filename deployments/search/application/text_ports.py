"""What ranking by words needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from deployments.search.domain.text_weights import TextStatistics


class PostingRepository(Protocol):
    async def claim(self) -> bool:
        """True for one transaction at a time: who may make all postings anew. It may last as long
        as that takes."""
        ...

    async def write(self, product_ids: Collection[UUID]) -> None:
        """Make the postings of these products, which are locked, anew."""
        ...

    async def write_next(self, after: UUID | None, *, limit: int) -> UUID | None:
        """Make the postings of the next products anew; the last of them, None when there were
        none."""
        ...

    async def announce(self, statistics: TextStatistics) -> None:
        """Whoever writes from now on does so as ``statistics`` say; the other postings are to be
        made anew, and until they are remembered they are unfinished."""
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
