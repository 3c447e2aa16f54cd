"""What showing a page of results needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from deployments.search.domain.ranking import Facts
from deployments.search.domain.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Shown:
    """A product's card as JSON, which nobody here needs to read, its currency, and the lexemes it
    holds with the weight (A to D) of the best field that holds each."""

    card: str
    currency: str
    weights: Mapping[str, str]


class PageRepository(Protocol):
    async def facts(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        """Of each product, with its attributes: name → values."""
        ...

    async def facts_after(
        self, product_id: UUID | None, limit: int
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        """The same of the products that follow by id."""
        ...

    async def cards(
        self, product_ids: Sequence[UUID], lexemes: Sequence[str]
    ) -> Mapping[UUID, Shown]: ...


class VocabularyRepository(Protocol):
    async def read(self) -> Vocabulary: ...
