"""Access tokens that end before their time: an account's token version, published in Redis.

A password change, a changed role or a disabled account raises the account's version in auth's
database; auth then publishes it, before it answers. A service refuses tokens of an older version.
Only versions raised while a token could still be alive are published. A marker says that Redis
has them all; when it is missing (Redis was flushed) or Redis does not answer, auth is asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deployments.shared.errors import Unauthenticated, Unavailable
from deployments.shared.tokens import Principal

logger = logging.getLogger(__name__)

COMPLETE: Final = "mercato:token-versions:complete"
_COMPLETE_SECONDS = 30
# Who waits for an auth that hangs takes a place from those who need no sign-in.
_ASK_SECONDS = 3.0
# Two changes at once may be published in either order.
_RAISE = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
redis.call('SET', KEYS[1], math.max(known, tonumber(ARGV[1])), 'EX', ARGV[2])
"""

AskAuth = Callable[[UUID], Awaitable[int]]
RecentVersions = Callable[[], Awaitable[Mapping[UUID, int]]]


def _key(user_id: UUID) -> str:
    return f"mercato:token-version:{user_id}"


class TokenVersions(Protocol):
    async def check(self, principal: Principal) -> None:
        """Raises ``Unauthenticated`` for a token older than the account's version,
        ``Unavailable`` when nobody can tell."""
        ...


class CurrentVersions:
    """Asks auth each time; for auth itself."""

    def __init__(self, ask_auth: AskAuth) -> None:
        self._ask_auth = ask_auth

    async def check(self, principal: Principal) -> None:
        if principal.user_id is not None:
            _refuse_older(principal, await self._ask_auth(principal.user_id))


class PublishedVersions:
    """Looks in Redis; asks auth when that can't tell."""

    def __init__(self, redis: Redis, ask_auth: AskAuth) -> None:
        self._redis = redis
        self._ask_auth = ask_auth

    async def check(self, principal: Principal) -> None:
        if principal.user_id is None:
            return
        version = await self._published(principal.user_id)
        if version is None:
            version = await self._asked(principal.user_id)
        _refuse_older(principal, version)

    async def _asked(self, user_id: UUID) -> int:
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                return await self._ask_auth(user_id)
        except TimeoutError as error:
            raise Unavailable("auth_unavailable", "auth does not answer; try again") from error

    async def _published(self, user_id: UUID) -> int | None:
        """None: Redis can't tell."""
        try:
            complete, version = await self._redis.mget(COMPLETE, _key(user_id))
        except (RedisError, OSError):
            logger.warning("token versions are asked of auth: Redis does not answer")
            return None
        if version is not None:
            return int(version)
        return 0 if complete else None


def _refuse_older(principal: Principal, version: int) -> None:
    if principal.token_version < version:
        raise Unauthenticated(
            "token_revoked", "the account has changed since this sign-in; sign in again"
        )


class TokenVersionPublisher:
    """Auth's side. ``recent`` gives the versions raised within a token's lifetime."""

    def __init__(self, redis: Redis, recent: RecentVersions, *, token_seconds: int) -> None:
        self._redis = redis
        self._recent = recent
        self._seconds = token_seconds + 60

    async def publish(self, user_id: UUID, version: int) -> None:
        """After the commit, before the answer.

        A Redis that does not answer is no error here: services ask auth meanwhile, and
        ``publish_recent`` catches up.
        """
        try:
            await self._write({user_id: version})
        except (RedisError, OSError):
            logger.warning("token version not published yet", extra={"account": str(user_id)})

    async def publish_recent(self) -> None:
        """Background work, each second: what a crash or a flush left out, then the marker."""
        await self._write(await self._recent(), complete=True)

    async def _write(self, versions: Mapping[UUID, int], *, complete: bool = False) -> None:
        # One transaction: a flush between the versions and the marker would revive old tokens.
        async with self._redis.pipeline(transaction=True) as pipeline:
            for user_id, version in versions.items():
                pipeline.eval(_RAISE, 1, _key(user_id), str(version), str(self._seconds))
            if complete:
                pipeline.set(COMPLETE, "1", ex=_COMPLETE_SECONDS)
            await pipeline.execute()
