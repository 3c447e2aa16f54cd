"""Auth's keys at a service: how often auth is asked, and what goes on while it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from deployments.shared import tokens
from deployments.shared.errors import Unavailable
from deployments.shared.tokens import PublishedKeys, encode_public_key
from tests.support import Keys


class Auth:
    """Publishes the key ``users``; ``answers`` False: refuses; ``hangs``: never answers."""

    def __init__(self, keys: Keys) -> None:
        self._key = encode_public_key(keys.private["users"].public_key())
        self.asked = 0
        self.answers = True
        self.hangs = False

    async def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        await asyncio.sleep(10 if self.hangs else 0)
        if not self.answers:
            raise Unavailable("auth_unavailable", "auth does not answer; try again")
        return {"keys": [{"kid": "users", "x": self._key}]}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def auth(keys: Keys) -> Auth:
    return Auth(keys)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tokens, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


async def test_a_flood_of_unknown_keys_asks_auth_once_in_a_while(auth: Auth, clock: Clock) -> None:
    published = PublishedKeys(auth)
    for _ in range(3):
        await asyncio.gather(*[published.get(f"unknown-{number}") for number in range(50)])
    assert auth.asked == 1
    clock.now += 6
    await asyncio.gather(*[published.get(f"unknown-{number}") for number in range(50)])
    assert auth.asked == 2


async def test_a_flood_asks_no_more_often_while_auth_is_down(auth: Auth, clock: Clock) -> None:
    published = PublishedKeys(auth)
    auth.answers = False
    answers = await asyncio.gather(
        *[published.get(f"unknown-{number}") for number in range(50)], return_exceptions=True
    )
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert auth.asked == 1
    auth.answers = True
    clock.now += 1.1
    assert "users" in await published.get("users")


async def test_known_keys_stay_in_use_while_auth_is_down(auth: Auth, clock: Clock) -> None:
    published = PublishedKeys(auth)
    await published.get("users")
    auth.answers = False
    clock.now += 1000
    assert "users" in await published.get("users")
    with pytest.raises(Unavailable):
        await published.get("unknown")


async def test_an_auth_that_hangs_holds_nobody(
    auth: Auth, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_KEYS_WAIT_SECONDS", 0.5)
    published = PublishedKeys(auth)
    await published.get("users")
    auth.hangs = True
    clock.now += 1000
    unknown = asyncio.create_task(published.get("unknown"))
    await asyncio.sleep(0)
    assert "users" in await published.get("users")
    assert not unknown.done()
    with pytest.raises(Unavailable):
        await unknown


async def test_a_caller_who_leaves_does_not_make_the_next_one_a_stranger(
    auth: Auth, clock: Clock
) -> None:
    published = PublishedKeys(auth)
    auth.hangs = True
    leaver = asyncio.create_task(published.get("users"))
    await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    auth.hangs = False
    assert "users" in await published.get("users")
