"""Make another index version the one that is searched, without a search that waits for it."""

from __future__ import annotations

import asyncio
from typing import Final

from deployments.search.application.embed_documents import EmbedDocuments
from deployments.search.application.ports import Embedder, IndexVersion, UnitOfWorkFactory
from deployments.search.application.version_names import find_version
from deployments.shared.errors import Conflict, DomainError, Unavailable

# What a request has time for; more is `mercato index switch`'s.
_MOST_PENDING: Final = 256
_WARM_SECONDS: Final = 20


class ActivateVersion:
    """The one before is kept and can be returned to in the same way. Vectors that it lacks by then
    are made first, with its own model, and the model is loaded first."""

    def __init__(self, begin: UnitOfWorkFactory, embedder: Embedder, embed: EmbedDocuments) -> None:
        self._begin = begin
        self._embedder = embedder
        self._embed = embed

    async def __call__(self, name: str) -> IndexVersion:
        """
        Raises:
            NotFound: ``version_not_found``.
            Conflict: ``version_incomplete``; it is being built, or lacks many vectors.
            Invalid: ``no_model``, ``unknown_model`` or ``wrong_dimension``.
            Unavailable: ``model_loading``.
        """
        version = await find_version(self._begin, name)
        if version.status == "active":
            return version
        await self._check_complete(version)
        await self._warm(version)
        await self._complete(version)
        async with self._begin() as work:
            await work.versions.create_vector_index(version.id)
            if not await work.versions.activate(version.id):
                raise Conflict("version_incomplete", f"{name} is gone or being built")
            await work.commit()
        # What changed meanwhile got its vector in the version before; here it is found by words
        # until the backlog's turn, which is now.
        await self._complete(version)
        return await find_version(self._begin, name)

    async def _check_complete(self, version: IndexVersion) -> None:
        if version.status == "building":
            raise Conflict(
                "version_incomplete",
                f"{version.name} is not complete; go on with: mercato index build",
            )
        async with self._begin() as work:
            pending = await work.embeddings.count_pending(version.id)
        if pending > _MOST_PENDING:
            raise Conflict(
                "version_incomplete",
                f"{version.name} lacks the vectors of {pending} products; "
                f"mercato index switch {version.name} makes them first",
                pending=pending,
            )

    async def _warm(self, version: IndexVersion) -> None:
        try:
            async with asyncio.timeout(_WARM_SECONDS):
                await self._embedder.warm(version.ref)
        except DomainError:
            raise
        except Exception as error:
            raise Unavailable(
                "model_loading", f"the embedder has not loaded {version.model} yet; try again"
            ) from error

    async def _complete(self, version: IndexVersion) -> None:
        try:
            await self._embed.complete(version)
        except DomainError:
            raise
        except Exception as error:
            raise Unavailable(
                "model_loading", f"the embedder does not answer for {version.model}; try again"
            ) from error
