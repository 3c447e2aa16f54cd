"""Composition of what concerns index versions."""

from __future__ import annotations

from deployments.search.application.activate_version import ActivateVersion
from deployments.search.application.drop_version import DropVersion
from deployments.search.application.embed_documents import EmbedDocuments
from deployments.search.application.ports import Embedder, UnitOfWorkFactory
from deployments.search.application.read_index_status import ReadIndexStatus
from deployments.shared.service_app import Platform


def setup_versions(
    parts: Platform, begin: UnitOfWorkFactory, embedder: Embedder, embed: EmbedDocuments
) -> None:
    parts.state.read_index_status = ReadIndexStatus(begin)
    parts.state.activate_version = ActivateVersion(begin, embedder, embed)
    parts.state.drop_version = DropVersion(begin)
