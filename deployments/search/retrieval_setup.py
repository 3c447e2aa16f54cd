"""Composition of retrieval: for the service, and for those who measure it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from deployments.search.application.known_products import KnownProducts
from deployments.search.application.known_synonyms import KnownSynonyms
from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.retrieve import RetrievalOptions, Retrieve
from deployments.search.infrastructure.language_words import read_language_words
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings


def make_retrieve(
    begin: UnitOfWorkFactory,
    vectors: QueryVectors,
    products: KnownProducts,
    active: Callable[[], Awaitable[IndexVersion | None]],
    settings: SearchSettings,
    *,
    synonyms: KnownSynonyms | None = None,
) -> Retrieve:
    """
    Args:
        active: the index version to search.
    """
    options = RetrievalOptions(
        settings.fusion, settings.text_candidates, settings.meaning_candidates
    )
    language = read_language_words(EncoderSettings().folder)
    return Retrieve(begin, vectors, products, active, options, language=language, synonyms=synonyms)
