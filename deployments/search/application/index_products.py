"""Index products on request: documents and vectors."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from deployments.search.application.embed_documents import EmbedDocuments
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.sync_documents import SyncDocuments

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexed:
    """``pending`` documents are found by their words already and by meaning shortly."""

    version: str
    indexed: int
    removed: int
    pending: int


class IndexProducts:
    """The vectors of a whole catalogue are made in the background."""

    def __init__(
        self, begin: UnitOfWorkFactory, documents: SyncDocuments, embed: EmbedDocuments
    ) -> None:
        self._begin = begin
        self._documents = documents
        self._embed = embed

    async def __call__(self, product_ids: Collection[UUID]) -> Indexed:
        """The named products, or with none all of them."""
        if product_ids:
            written, removed = await self._documents.some(dict.fromkeys(product_ids))
            await self.embed(written)
            count = len(written)
        else:
            count, removed = await self._documents.everything()
        async with self._begin() as work:
            active = await work.versions.active()
            pending = (
                await work.embeddings.count_pending(active.id)
                if active is not None
                else await work.documents.count()
            )
        return Indexed(active.name if active else "none", count, removed, pending)

    async def embed(self, product_ids: Collection[UUID]) -> None:
        """Vectors for the documents; without the embedder the backlog's turn comes later."""
        try:
            await self._embed(product_ids)
        except Exception as error:
            logger.warning("documents not embedded yet", extra={"error": repr(error)})
