from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.page_ports import PageRepository, VocabularyRepository
from deployments.search.application.ports import (
    DocumentRepository,
    EmbeddingRepository,
    IndexVersionRepository,
    RetrievalRepository,
)
from deployments.search.application.suggestion_ports import SuggestionRepository
from deployments.search.application.synonym_ports import SynonymRepository
from deployments.search.application.text_ports import PostingRepository
from deployments.search.infrastructure.document_repository import SqlDocumentRepository
from deployments.search.infrastructure.embedding_repository import SqlEmbeddingRepository
from deployments.search.infrastructure.index_version_repository import SqlIndexVersionRepository
from deployments.search.infrastructure.page_repository import SqlPageRepository
from deployments.search.infrastructure.posting_repository import SqlPostingRepository
from deployments.search.infrastructure.retrieval_repository import SqlRetrievalRepository
from deployments.search.infrastructure.suggestion_repository import SqlSuggestionRepository
from deployments.search.infrastructure.synonym_repository import SqlSynonymRepository
from deployments.search.infrastructure.vocabulary_repository import SqlVocabularyRepository
from deployments.shared.database import Executor, SqlUnitOfWork

# iterative_scan: a filter must not starve the nearest neighbours. The plan depends on what is
# filtered for, so it is made for each query's own values. The first statement loads pgvector,
# without which its settings are unknown.
_SETTINGS = (
    "SELECT CAST('[1]' AS vector)",
    "SET hnsw.iterative_scan = 'relaxed_order'",
    # With the same breadth the nearest are missed more often the larger the graph is.
    "SELECT set_config('hnsw.ef_search', CAST(CAST(least(1000, "
    "{ef_search} * sqrt(greatest(reltuples / 20000, 1))) AS int) AS text), false) "
    "FROM pg_class WHERE oid = CAST('search_documents' AS regclass)",
    "SET pg_trgm.similarity_threshold = 0.2",
    "SET pg_trgm.word_similarity_threshold = 0.25",
    "SET plan_cache_mode = 'force_custom_plan'",
    "SET jit = off",
    # The index is in memory: reading a row here and there costs no seek.
    "SET random_page_cost = 1.1",
    # A set of products that a filter keeps must be hashed: looking through it for every match
    # takes minutes.
    "SET hash_mem_multiplier = 8",
)


class SqlSearchUnitOfWork(SqlUnitOfWork):
    documents: DocumentRepository
    retrieval: RetrievalRepository
    postings: PostingRepository
    pages: PageRepository
    vocabulary: VocabularyRepository
    synonyms: SynonymRepository
    suggestions: SuggestionRepository
    versions: IndexVersionRepository
    embeddings: EmbeddingRepository

    def _open(self) -> None:
        self._open_reading(self.session)
        self.documents = SqlDocumentRepository(self.session)
        self.synonyms = SqlSynonymRepository(self.session)
        self.vocabulary = SqlVocabularyRepository(self.session)
        self.embeddings = SqlEmbeddingRepository(self.session)

    def _open_reading(self, executor: Executor) -> None:
        self.retrieval = SqlRetrievalRepository(executor)
        self.postings = SqlPostingRepository(executor)
        self.pages = SqlPageRepository(executor)
        self.suggestions = SqlSuggestionRepository(executor)
        self.versions = SqlIndexVersionRepository(executor)


class SqlSearchReading(SqlSearchUnitOfWork):
    """For what shoppers wait for: of the repositories those that answer them, without a session
    and, on an engine for reading, without a transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def __aenter__(self) -> Self:
        self._connection = await self._engine.connect()
        self._open_reading(self._connection)
        return self

    async def commit(self) -> None:
        """Nothing was written."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.close()


def prepare_connections(engine: AsyncEngine, *, ef_search: int) -> None:
    """Give every connection of ``engine`` the settings that searching needs.

    Args:
        ef_search: HNSW's breadth up to 20,000 products; it grows with the square root of them.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in _SETTINGS:
            cursor.execute(statement.format(ef_search=int(ef_search)))
        cursor.close()
        connection.commit()
