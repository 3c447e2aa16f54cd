"""An embedder in this process, off the event loop: for pipelines and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deployments.search.application.ports import Embedded, ModelRef
from deployments.search.infrastructure.encoders import Encoders


class LocalEmbedder:
    def __init__(self, encoders: Encoders) -> None:
        self._encoders = encoders

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        return await self.documents([text], model)

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        return await asyncio.to_thread(lambda: self._encoders.get(model).embed(texts))

    async def warm(self, model: ModelRef) -> None:
        await asyncio.to_thread(self._encoders.get, model)
