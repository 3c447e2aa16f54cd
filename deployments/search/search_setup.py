"""Composition of what answers shoppers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from deployments.search.application.active_version import ActiveVersion
from deployments.search.application.answer_query import AnswerQuery
from deployments.search.application.document_counts import DocumentCounts
from deployments.search.application.find_alternatives import FindAlternatives
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.known_synonyms import KnownSynonyms
from deployments.search.application.likelier_spelling import LikelierSpelling
from deployments.search.application.list_synonyms import ListSynonyms
from deployments.search.application.past_queries import PastQueries
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.remembered_answers import RememberedAnswers
from deployments.search.application.remove_synonym import RemoveSynonym
from deployments.search.application.save_synonym import SaveSynonym
from deployments.search.application.search import Search
from deployments.search.application.suggest import Suggest
from deployments.search.application.vocabularies import Vocabularies
from deployments.search.domain.good_match import GoodMatch
from deployments.search.infrastructure.language_words import read_language_words
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.search.retrieval_setup import make_retrieve
from deployments.shared.clean_up import CLEAN_UP_SECONDS, CleanUp
from deployments.shared.service_app import Platform
from models.search.tables import PastQueryRow

_FILL_SECONDS: Final = 0.2
_VOCABULARY_SECONDS: Final = 60.0
_SYNONYM_SECONDS: Final = 5.0
_PAST_QUERY_SECONDS: Final = 5.0
# What no one asked for so long is no suggestion any more.
_PAST_QUERIES_KEPT: Final = timedelta(days=90)


def setup_search(
    parts: Platform,
    begin: UnitOfWorkFactory,
    read: UnitOfWorkFactory,
    *,
    vectors: QueryVectors,
    changes: IndexChanges,
    settings: SearchSettings,
) -> None:
    """``read`` is for what shoppers wait for, and commits nothing."""
    synonyms = KnownSynonyms(begin)
    products = KnownProducts(read, changes, products=settings.products_remembered)
    active = ActiveVersion(read, changes)
    retrieve = make_retrieve(read, vectors, products, active, settings, synonyms=synonyms)
    language = read_language_words(EncoderSettings().folder)
    likelier = LikelierSpelling(read, DocumentCounts(read), language=language)
    vocabularies = Vocabularies(begin)
    good = GoodMatch(settings.good_coverage, settings.good_similarity)
    answer = AnswerQuery(
        retrieve, products, vocabularies, good=good, chip_share=settings.chip_share
    )
    alternatives = FindAlternatives(retrieve, good=good, min_similarity=settings.near_similarity)
    past_queries = PastQueries(begin)
    parts.state.search = Search(read, answer, alternatives, likelier, past_queries)
    parts.state.answers = RememberedAnswers(
        changes,
        lambda: (synonyms.current, vocabularies.current),
        most=settings.answers_remembered,
    )
    parts.state.suggest = Suggest(read, vocabularies)
    parts.state.past_queries = past_queries
    parts.state.vocabularies, parts.state.known_synonyms = vocabularies, synonyms
    parts.state.list_synonyms = ListSynonyms(begin)
    parts.state.save_synonym = SaveSynonym(begin)
    parts.state.remove_synonym = RemoveSynonym(begin)
    parts.background.append(("known products", _FILL_SECONDS, products.fill))
    parts.background.append(("vocabulary", _VOCABULARY_SECONDS, vocabularies.refresh))
    parts.background.append(("past queries", _PAST_QUERY_SECONDS, past_queries.flush))
    clean_up = CleanUp(parts.sessions, (PastQueryRow.last_at, _PAST_QUERIES_KEPT))
    parts.background.append(("clean up", CLEAN_UP_SECONDS, clean_up))
    parts.background.append(("synonyms", _SYNONYM_SECONDS, synonyms.refresh))
