"""Pictures in a folder that the products service serves itself."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from deployments.products.domain.image import KEY
from deployments.shared.ids import new_id


class FolderStorage:
    """Replicas may share the folder: a file appears whole or not at all, and never changes."""

    def __init__(self, folder: Path, public_path: str) -> None:
        self._folder = folder
        self._public_path = public_path.rstrip("/")

    def url(self, key: str) -> str:
        return f"{self._public_path}/{key}"

    async def put(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._write, key, data)

    async def read(self, key: str) -> bytes | None:
        """None for an unknown key and for what is no key at all."""
        if not KEY.fullmatch(key):
            return None
        return await asyncio.to_thread(self._read, key)

    async def delete(self, key: str) -> None:
        if KEY.fullmatch(key):
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _write(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{new_id().hex}.part")
        try:
            draft.write_bytes(data)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)

    def _read(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
