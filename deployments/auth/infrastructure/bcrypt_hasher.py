"""bcrypt over base64(HMAC-SHA-256(pepper, NFKC(password))), so that no byte is cut off."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from deployments.shared.errors import Unavailable

T = TypeVar("T")


class BcryptHasher:
    """Hashes on ``workers`` threads; refuses when ``queue`` others wait already, so that a flood
    of sign-ins leaves time for everything else."""

    def __init__(self, pepper: str, *, cost: int = 12, workers: int = 2, queue: int = 12) -> None:
        self._pepper = pepper.encode()
        self._cost = cost
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="bcrypt")
        self._most = workers + queue
        self._running = 0
        # Verified against when the account is unknown, so that both cases take as long.
        self._decoy = bcrypt.hashpw(b"decoy", bcrypt.gensalt(cost))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _prepared(self, password: str) -> bytes:
        normal = unicodedata.normalize("NFKC", password).encode()
        return base64.b64encode(hmac.digest(self._pepper, normal, hashlib.sha256))

    async def hash(self, password: str) -> str:
        prepared = self._prepared(password)
        salt = bcrypt.gensalt(self._cost)
        return (await self._run(lambda: bcrypt.hashpw(prepared, salt))).decode()

    async def verify(self, password: str, password_hash: str | None) -> bool:
        expected = password_hash.encode() if password_hash else self._decoy
        prepared = self._prepared(password)
        matches = await self._run(lambda: bcrypt.checkpw(prepared, expected))
        return matches and bool(password_hash)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._running >= self._most:
            raise Unavailable(
                "sign_in_busy", "many people sign in at this moment; try again", retry_after=5
            )
        self._running += 1
        try:
            # bcrypt releases the GIL; off the loop it blocks nobody.
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._running -= 1
