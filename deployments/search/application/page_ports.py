"""What showing a page of results needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from deployments.search.domain.vocabulary import Vocabulary


class PageRepository(Protocol):
    async def attributes(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[int, Mapping[str, Any]]]:
        """Version and attributes, name → values, of each product."""
        ...


class VocabularyRepository(Protocol):
    async def read(self) -> Vocabulary: ...
