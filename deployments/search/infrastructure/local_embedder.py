"""An embedder in this process, off the event loop: for pipelines and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deployments.search.application.ports import Embedded
from deployments.search.infrastructure.encoder import Encoder


class LocalEmbedder:
    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    async def query(self, text: str) -> Embedded:
        return await self.documents([text])

    async def documents(self, texts: Sequence[str]) -> Embedded:
        return await asyncio.to_thread(self._encoder.embed, texts)
