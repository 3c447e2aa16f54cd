"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from deployments.products.contract import ProductDetail
from deployments.search.application.page_ports import PageRepository, VocabularyRepository
from deployments.search.application.suggestion_ports import SuggestionRepository
from deployments.search.application.synonym_ports import SynonymRepository
from deployments.search.application.text_ports import PostingRepository
from deployments.search.domain.document import Document
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import MeaningMatch, TextMatch
from deployments.search.domain.term_weights import Term
from deployments.shared.pagination import Page

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """``vectors``: float32 (n, dimension), each of length 1; ``model`` names what made them."""

    model: str
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model by the name the index knows it by; ``path`` is its folder, None where the store's
    settings say where it lies."""

    name: str
    path: str | None = None


class Embedder(Protocol):
    """Turns texts into vectors: a Serve deployment in the store, this process in tests.

    ``model`` None is the model of the store's settings.
    """

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded: ...

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded: ...

    async def warm(self, model: ModelRef) -> None:
        """Load ``model``, so that its first query need not wait for that.

        Raises:
            Invalid: ``no_model``, ``wrong_dimension`` or ``unknown_model``.
        """
        ...


@dataclass(frozen=True, slots=True)
class IndexVersion:
    id: int
    model: str
    status: str
    model_path: str | None = None

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.model, self.model_path)

    @property
    def name(self) -> str:
        return f"v{self.id}"


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """``current`` of its ``vectors`` were made from what the document says now."""

    version: IndexVersion
    vectors: int
    current: int
    created_at: datetime
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What text search makes of a query: its lexemes, and the lexeme of each word that may be
    misspelt."""

    lexemes: list[str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document whose vector is missing or was made from another text; ``key`` identifies the
    text."""

    product_id: UUID
    key: int
    text: str


@dataclass(frozen=True, slots=True)
class Range:
    """Product ids from ``first`` up to, not including, ``end``; None: to the last."""

    first: UUID
    end: UUID | None


@dataclass(frozen=True, slots=True)
class Removal:
    """A product that left the shop at ``version``."""

    product_id: UUID
    version: int


class Catalogue(Protocol):
    """The products service, which owns what is searched."""

    async def get(self, product_id: UUID) -> ProductDetail | None: ...

    async def export(self, cursor: str | None) -> Page[ProductDetail]:
        """A page of all published products."""
        ...


class DocumentRepository(Protocol):
    async def lock(self, product_ids: Collection[UUID]) -> None:
        """Have the turn of writing these products, all that the transaction stores or removes.
        Storing or removing alone does so by itself."""
        ...

    async def upsert(
        self, documents: Sequence[Document], *, read_after: datetime | None = None
    ) -> set[UUID]:
        """Store those that are not older than what is stored or was removed; their ids.

        Args:
            read_after: when reading all products began. Of what is stored at the same version, a
                row that would be written just so is left alone, and one written since is kept.
        """
        ...

    async def remove(self, removals: Sequence[Removal]) -> int:
        """Remove what is not newer; the number of documents that went."""
        ...

    async def indexed_before(self, moment: datetime) -> list[UUID]: ...

    async def remove_unseen(self, product_ids: Sequence[UUID], seen_since: datetime) -> int:
        """Remove those of the documents that were not written since that moment."""
        ...

    async def stored(self, product_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, datetime]]:
        """Version and time of indexing of each stored product."""
        ...

    async def count(self) -> int: ...

    async def now(self) -> datetime:
        """The database's clock, which all writers share."""
        ...

    async def refresh_statistics(self) -> None: ...


class RetrievalRepository(Protocol):
    async def lexemes(self, text: str, words: Sequence[str]) -> tuple[list[str], list[str | None]]:
        """Those of ``text``, and the one of each word; None for a word that says nothing."""
        ...

    async def near_words(self, words: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Words of the catalogue that each word may have been before a slip, with their lexemes;
        the word itself too, if the catalogue has it."""
        ...

    async def held_together(self, lexemes: Sequence[str], others: Sequence[str]) -> set[str]:
        """Those of ``lexemes`` that some product holds together with one of the ``others``."""
        ...

    async def by_text(
        self,
        query: Query,
        terms: Sequence[Term],
        filters: Filters,
        *,
        coverage_weight: float,
        limit: int,
    ) -> list[TextMatch]:
        """Products that hold one of the terms, or are called what was typed; best first."""
        ...

    async def by_meaning(
        self, version: int, vector: Vectors, filters: Filters, *, limit: int
    ) -> list[MeaningMatch]: ...

    async def like_product(
        self, version: int, product_id: UUID, *, limit: int
    ) -> list[MeaningMatch]: ...

    async def same_category(self, product_id: UUID, *, limit: int) -> list[UUID]: ...

    async def exists(self, product_id: UUID) -> bool: ...

    async def cards(self, product_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]: ...


class IndexVersionRepository(Protocol):
    async def active(self) -> IndexVersion | None: ...

    async def numbered(self, version: int) -> IndexVersion | None: ...

    async def figures(self) -> list[VersionFigures]:
        """Of all versions, oldest first."""
        ...

    async def ensure_active(self, model: str, dimension: int) -> IndexVersion:
        """The active version, made for ``model`` when there is none."""
        ...

    async def start_build(
        self, model: ModelRef, dimension: int, *, takes_over: bool
    ) -> IndexVersion:
        """The build of ``model`` that was begun and not finished, or a new one.

        Args:
            takes_over: it becomes active when it is complete.
        """
        ...

    async def touch(self, version: int) -> None: ...

    async def is_building(self, *, within_seconds: int, version: int | None = None) -> bool:
        """Whether a build that takes over (or that of ``version``) was worked on lately."""
        ...

    async def create_vector_index(self, version: int) -> None: ...

    async def finish_build(self, version: int) -> None:
        """A version that is being built is ready to be active."""
        ...

    async def activate(self, version: int) -> bool:
        """Make a complete ``version`` the active one and retire the one before; False when it is
        still being built or gone."""
        ...

    async def drop(self, version: int) -> bool:
        """Remove a version and its vectors; False when it is active.

        Raises:
            Unavailable: ``index_busy``; searches would have to wait for it too long.
        """
        ...

    async def retired(self) -> list[IndexVersion]:
        """Latest first."""
        ...


class EmbeddingRepository(Protocol):
    async def pending(
        self,
        version: int,
        *,
        limit: int,
        product_ids: Collection[UUID] | None = None,
        within: Range | None = None,
    ) -> list[PendingDocument]: ...

    async def pending_ranges(self, version: int, *, size: int) -> list[Range]:
        """The backlog cut into ranges of ``size`` documents."""
        ...

    async def count_pending(self, version: int) -> int: ...

    async def store(
        self, version: int, documents: Sequence[PendingDocument], vectors: Vectors
    ) -> int: ...

    async def claim(self) -> bool:
        """True for one transaction at a time: who may catch up."""
        ...


class SearchUnitOfWork(Protocol):
    documents: DocumentRepository
    retrieval: RetrievalRepository
    postings: PostingRepository
    pages: PageRepository
    vocabulary: VocabularyRepository
    synonyms: SynonymRepository
    suggestions: SuggestionRepository
    versions: IndexVersionRepository
    embeddings: EmbeddingRepository

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


class UnitOfWorkFactory(Protocol):
    def __call__(self) -> SearchUnitOfWork: ...
