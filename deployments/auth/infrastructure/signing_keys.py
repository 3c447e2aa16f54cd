"""The key that signs access tokens, and all keys they are verified with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deployments.auth.domain.user import User
from deployments.shared.settings import ConfigurationError
from deployments.shared.tokens import (
    encode_public_key,
    issue_access_token,
    private_key,
    public_key,
)


def key_id(key: Ed25519PublicKey) -> str:
    """Follows from the key, so that no two keys share one."""
    return hashlib.sha256(encode_public_key(key).encode()).hexdigest()[:16]


class SigningKeys:
    """``published`` are further public keys: one that will sign next, so that every service knows
    it in time, or one that signed tokens which are still valid.

    Raises:
        ConfigurationError: a key can't be read.
    """

    def __init__(self, signing: str, published: Sequence[str], *, token_seconds: int) -> None:
        try:
            self._key = private_key(signing)
            others = [public_key(encoded) for encoded in published]
        except ValueError as error:
            raise ConfigurationError(
                "MERCATO_AUTH_SIGNING_KEY and MERCATO_AUTH_PUBLISHED_KEYS must be Ed25519 keys: "
                "32 bytes as base64url"
            ) from error
        self._key_id = key_id(self._key.public_key())
        self._public = {key_id(key): key for key in (self._key.public_key(), *others)}
        self._token_seconds = token_seconds

    def issue(self, user: User) -> tuple[str, int]:
        """An access token of ``user`` and its lifetime in seconds."""
        token = issue_access_token(
            self._key,
            self._key_id,
            user.id,
            user.roles,
            version=user.token_version,
            seconds=self._token_seconds,
        )
        return token, self._token_seconds

    def jwks(self) -> dict[str, Any]:
        """RFC 7517, RFC 8037."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": identity,
                    "x": encode_public_key(key),
                }
                for identity, key in self._public.items()
            ]
        }
