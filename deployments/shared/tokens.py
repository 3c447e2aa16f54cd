"""EdDSA tokens: users' access tokens (checked against auth's published keys) and services' own."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deployments.shared.errors import DomainError, Unauthenticated, Unavailable
from deployments.shared.ids import new_id

logger = logging.getLogger(__name__)

ISSUER: Final = "mercato-auth"
AUDIENCE: Final = "mercato"
ACCESS_TYPE: Final = "at+jwt"
SERVICE_TYPE: Final = "svc+jwt"
SERVICE_TOKEN_SECONDS: Final = 60
_LEEWAY_SECONDS = 5
_KEYS_MAX_AGE_SECONDS = 300.0
_KEYS_MIN_AGE_SECONDS = 5.0
_KEYS_RETRY_SECONDS = 1.0
_KEYS_WAIT_SECONDS = 3.0

SHOPPER: Final = "shopper"
MERCHANT: Final = "merchant"
ANALYST: Final = "analyst"
ADMIN: Final = "admin"
ROLES: Final = (SHOPPER, MERCHANT, ANALYST, ADMIN)

PublicKeys = Mapping[str, Ed25519PublicKey]
KeySource = Callable[[], Awaitable[PublicKeys]]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a user (``user_id``, roles, token version) or another service (``service``)."""

    user_id: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    service: str | None = None
    token_version: int = 0

    def has_role(self, *roles: str) -> bool:
        return ADMIN in self.roles or not self.roles.isdisjoint(roles)


def encode_key(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def private_key(encoded: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_decode(encoded))


def public_key(encoded: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_decode(encoded))


def encode_public_key(key: Ed25519PublicKey) -> str:
    return encode_key(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _claims(token: str, keys: PublicKeys, *, audience: str, issuer: str, kind: str) -> Any:
    header = jwt.get_unverified_header(token)
    key = keys.get(str(header.get("kid")))
    if header.get("typ") != kind or header.get("alg") != "EdDSA" or key is None:
        raise Unauthenticated("invalid_token", "the token is not one this service accepts")
    return jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        audience=audience,
        issuer=issuer,
        leeway=_LEEWAY_SECONDS,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )


def _checked(check: Callable[[], Principal]) -> Principal:
    try:
        return check()
    except jwt.ExpiredSignatureError as error:
        raise Unauthenticated(
            "token_expired", "the access token has expired; refresh it or sign in again"
        ) from error
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise Unauthenticated("invalid_token", "the token is not valid") from error


class PublishedKeys:
    """Auth's public keys, fetched when first needed, when old, or when a key id is unknown.

    However many tokens of unknown keys come, auth is asked once at a time and waited for a moment
    only. While it does not answer, known keys stay in use.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        self._fetch = fetch
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._failed = False
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> PublicKeys:
        """Raises ``Unavailable`` when only auth can tell and does not answer."""
        waits = key_id not in self._keys or not self._lock.locked()
        if waits and self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    await self._renew()
        if self._failed and key_id not in self._keys:
            raise Unavailable("auth_unavailable", "auth does not answer; try again")
        return self._keys

    def _is_due(self, key_id: str | None) -> bool:
        now = time.monotonic()
        pause = _KEYS_RETRY_SECONDS if self._failed else _KEYS_MIN_AGE_SECONDS
        wanted = key_id not in self._keys or now - self._fetched_at > _KEYS_MAX_AGE_SECONDS
        return wanted and now - self._asked_at > pause

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(_KEYS_WAIT_SECONDS):
                document = await self._fetch()
        except (DomainError, TimeoutError):
            logger.warning("auth's keys are not renewed: it does not answer")
            self._failed = True
        else:
            self._keys = {k["kid"]: public_key(k["x"]) for k in document["keys"]}
            self._failed = False
            self._fetched_at = time.monotonic()
        self._asked_at = time.monotonic()


class TokenVerifier:
    """Turns a bearer token into a ``Principal``.

    Args:
        service: name of the verifying service, the audience of service tokens.
        published: auth's keys for access tokens.
        services: public key of each calling service.
    """

    def __init__(self, service: str, published: PublishedKeys, services: PublicKeys) -> None:
        self._service = service
        self._published = published
        self._services = services

    async def verify(self, token: str) -> Principal:
        """Raises ``Unauthenticated`` unless signature, type, issuer, audience and time hold,
        ``Unavailable`` when the key is unknown and auth does not answer."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise Unauthenticated("invalid_token", "the token is not valid") from error
        if header.get("typ") == SERVICE_TYPE:
            return _checked(lambda: self._service_principal(token, str(header.get("kid"))))
        keys = await self._published.get(header.get("kid"))
        return _checked(lambda: self._user_principal(token, keys))

    def _user_principal(self, token: str, keys: PublicKeys) -> Principal:
        claims = _claims(token, keys, audience=AUDIENCE, issuer=ISSUER, kind=ACCESS_TYPE)
        roles = claims.get("roles", [])
        return Principal(
            user_id=UUID(claims["sub"]),
            roles=frozenset(map(str, roles)),
            token_version=int(claims["ver"]),
        )

    def _service_principal(self, token: str, caller: str) -> Principal:
        claims = _claims(
            token, self._services, audience=self._service, issuer=caller, kind=SERVICE_TYPE
        )
        return Principal(service=str(claims["sub"]))


def issue_access_token(
    key: Ed25519PrivateKey,
    key_id: str,
    user_id: UUID,
    roles: list[str],
    *,
    version: int,
    seconds: int,
) -> str:
    """A signed access token of ``user_id``, valid for ``seconds`` or until the account's token
    version is above ``version``."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "roles": roles,
        "ver": version,
        "iat": now,
        "exp": now + seconds,
        "jti": str(new_id()),
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": key_id, "typ": ACCESS_TYPE})


class ServiceTokens:
    """Short-lived tokens with which ``service`` calls others, one per audience."""

    def __init__(self, service: str, key: Ed25519PrivateKey) -> None:
        self._service = service
        self._key = key
        self._cache: dict[str, tuple[float, str]] = {}

    def for_audience(self, audience: str) -> str:
        now = time.time()
        renew_at, token = self._cache.get(audience, (0.0, ""))
        if now < renew_at:
            return token
        claims = {
            "iss": self._service,
            "aud": audience,
            "sub": self._service,
            "iat": int(now),
            "exp": int(now) + SERVICE_TOKEN_SECONDS,
        }
        token = jwt.encode(
            claims,
            self._key,
            algorithm="EdDSA",
            headers={"kid": self._service, "typ": SERVICE_TYPE},
        )
        self._cache[audience] = (now + SERVICE_TOKEN_SECONDS / 2, token)
        return token
