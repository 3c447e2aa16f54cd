"""What suggestions need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``target``: a product's id, a category's path or a query; ``product``: a product's card."""

    kind: Literal["category", "product", "query"]
    text: str
    target: str
    product: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PastQuery:
    """Asked ``count`` times since it was noted last, when it found so many products."""

    query: str
    count: int
    found: int


class SuggestionRepository(Protocol):
    async def starting(self, folded: str, *, limit: int) -> list[Suggestion]:
        """Queries that start so, then products of which the title or a word of it does."""
        ...

    async def words_like(self, prefix: str) -> list[str]:
        """Words of the catalogue whose beginning looks like this, likeliest first."""
        ...

    async def note(self, queries: Sequence[PastQuery]) -> None: ...
