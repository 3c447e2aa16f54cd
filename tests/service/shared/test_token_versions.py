"""Tokens of an account that has changed end at once, whatever Redis remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import pytest
from redis.asyncio import Redis

from deployments.shared import token_versions
from deployments.shared.errors import Unauthenticated, Unavailable
from deployments.shared.ids import new_id
from deployments.shared.token_versions import (
    COMPLETE,
    PublishedVersions,
    TokenVersionPublisher,
)
from deployments.shared.tokens import Principal

ADA = new_id()


class Auth:
    """Auth's database; ``asked`` counts the questions."""

    def __init__(self) -> None:
        self.versions: dict[UUID, int] = {}
        self.asked = 0
        self.down = False

    async def ask(self, user_id: UUID) -> int:
        self.asked += 1
        if self.down:
            raise Unavailable("auth_unavailable", "auth does not answer; try again")
        return self.versions.get(user_id, 1)

    async def recent(self) -> Mapping[UUID, int]:
        return self.versions


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


def token(version: int) -> Principal:
    return Principal(user_id=ADA, token_version=version)


async def test_a_token_of_an_unchanged_account_passes_without_asking_auth(redis: Redis) -> None:
    auth = Auth()
    await PublishedVersions(redis, auth.ask).check(token(1))
    assert auth.asked == 0


async def test_an_older_token_is_refused_as_soon_as_the_change_is_published(redis: Redis) -> None:
    auth = Auth()
    publisher = TokenVersionPublisher(redis, auth.recent, token_seconds=900)
    await publisher.publish(ADA, 2)
    versions = PublishedVersions(redis, auth.ask)
    with pytest.raises(Unauthenticated, match="sign in again"):
        await versions.check(token(1))
    await versions.check(token(2))


async def test_a_flushed_redis_revives_no_token(redis: Redis) -> None:
    auth = Auth()
    publisher = TokenVersionPublisher(redis, auth.recent, token_seconds=900)
    auth.versions[ADA] = 2
    await publisher.publish(ADA, 2)
    await redis.flushall()
    versions = PublishedVersions(redis, auth.ask)
    with pytest.raises(Unauthenticated):
        await versions.check(token(1))
    assert auth.asked == 1
    await publisher.publish_recent()
    with pytest.raises(Unauthenticated):
        await versions.check(token(1))
    assert auth.asked == 1, "Redis knows again"


async def test_without_redis_auth_is_asked() -> None:
    auth = Auth()
    nowhere = Redis.from_url("redis://127.0.0.1:1", decode_responses=True)
    versions = PublishedVersions(nowhere, auth.ask)
    await versions.check(token(1))
    auth.versions[ADA] = 2
    with pytest.raises(Unauthenticated):
        await versions.check(token(1))
    await TokenVersionPublisher(nowhere, auth.recent, token_seconds=900).publish(ADA, 3)
    auth.down = True
    with pytest.raises(Unavailable):
        await versions.check(token(2))
    await nowhere.aclose()


async def test_changes_published_out_of_order_leave_the_highest(redis: Redis) -> None:
    publisher = TokenVersionPublisher(redis, Auth().recent, token_seconds=900)
    await asyncio.gather(*[publisher.publish(ADA, version) for version in (5, 3, 4, 2)])
    with pytest.raises(Unauthenticated):
        await PublishedVersions(redis, Auth().ask).check(token(4))


async def test_the_marker_comes_after_the_versions(redis: Redis) -> None:
    await redis.flushall()
    auth = Auth()

    async def fails() -> Mapping[UUID, int]:
        raise Unavailable("database_unavailable", "the database does not answer; try again")

    with pytest.raises(Unavailable):
        await TokenVersionPublisher(redis, fails, token_seconds=900).publish_recent()
    assert await redis.get(COMPLETE) is None
    await TokenVersionPublisher(redis, auth.recent, token_seconds=900).publish_recent()
    assert await redis.get(COMPLETE) is not None


async def test_services_have_no_version(redis: Redis) -> None:
    auth = Auth()
    auth.down = True
    await redis.flushall()
    await PublishedVersions(redis, auth.ask).check(Principal(service="cart"))


async def test_an_auth_that_hangs_is_waited_for_a_moment_only(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(_: UUID) -> int:
        await asyncio.sleep(30)
        return 1

    monkeypatch.setattr(token_versions, "_ASK_SECONDS", 0.05)
    await redis.flushdb()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(PublishedVersions(redis, hangs).check(token(1)), 5)
