"""Composition of what answers shoppers."""

from __future__ import annotations

from typing import Final

from deployments.search.application.list_synonyms import ListSynonyms
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.product_attributes import ProductAttributes
from deployments.search.application.remove_synonym import RemoveSynonym
from deployments.search.application.retrieve import Retrieve
from deployments.search.application.save_synonym import SaveSynonym
from deployments.search.application.search import Search
from deployments.search.application.vocabularies import Vocabularies
from deployments.search.infrastructure.settings import SearchSettings
from deployments.shared.service_app import Platform

_VOCABULARY_SECONDS: Final = 60.0
SYNONYM_SECONDS: Final = 5.0


def setup_search(
    parts: Platform, begin: UnitOfWorkFactory, retrieve: Retrieve, settings: SearchSettings
) -> None:
    vocabularies = Vocabularies(begin)
    parts.state.search = Search(
        begin,
        retrieve,
        ProductAttributes(begin, products=settings.products_remembered),
        vocabularies,
        chip_share=settings.chip_share,
    )
    parts.state.list_synonyms = ListSynonyms(begin)
    parts.state.save_synonym = SaveSynonym(begin)
    parts.state.remove_synonym = RemoveSynonym(begin)
    parts.background.append(("vocabulary", _VOCABULARY_SECONDS, vocabularies.refresh))
