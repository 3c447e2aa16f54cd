"""bcrypt over base64(HMAC-SHA-256(pepper, NFKC(password))), so that no byte is cut off."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import unicodedata

import bcrypt


class BcryptHasher:
    def __init__(self, pepper: str, *, cost: int = 12) -> None:
        self._pepper = pepper.encode()
        self._cost = cost
        # Verified against when the account is unknown, so that both cases take as long.
        self._decoy = bcrypt.hashpw(b"decoy", bcrypt.gensalt(cost))

    def _prepared(self, password: str) -> bytes:
        normal = unicodedata.normalize("NFKC", password).encode()
        return base64.b64encode(hmac.digest(self._pepper, normal, hashlib.sha256))

    async def hash(self, password: str) -> str:
        prepared = self._prepared(password)
        salt = bcrypt.gensalt(self._cost)
        # bcrypt releases the GIL; off the loop it blocks nobody.
        return (await asyncio.to_thread(bcrypt.hashpw, prepared, salt)).decode()

    async def verify(self, password: str, password_hash: str | None) -> bool:
        expected = password_hash.encode() if password_hash else self._decoy
        matches = await asyncio.to_thread(bcrypt.checkpw, self._prepared(password), expected)
        return matches and password_hash is not None
