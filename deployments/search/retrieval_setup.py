"""Composition of retrieval: for the service, and for those who measure it."""

from __future__ import annotations

from deployments.search.application.document_counts import DocumentCounts
from deployments.search.application.known_synonyms import KnownSynonyms
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.retrieve import RetrievalOptions, Retrieve
from deployments.search.infrastructure.language_words import read_language_words
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings


def make_retrieve(
    begin: UnitOfWorkFactory,
    vectors: QueryVectors,
    settings: SearchSettings,
    *,
    synonyms: KnownSynonyms | None = None,
) -> Retrieve:
    options = RetrievalOptions(
        settings.fusion, settings.text_candidates, settings.meaning_candidates
    )
    language = read_language_words(EncoderSettings().folder)
    return Retrieve(
        begin, vectors, DocumentCounts(begin), options, language=language, synonyms=synonyms
    )
