"""Guessing passwords: counted before they are checked, for the account and for the address."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from deployments.auth.api import create_api
from deployments.auth.infrastructure.guess_throttle import Backoff, RedisGuessThrottle
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.shared.errors import RateLimited
from deployments.shared.settings import PlatformSettings
from tests.service.auth.desk import Desk
from tests.support import running

HOME, OFFICE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


def throttle(
    redis: Redis, *, account: int = 5, address: int = 50, first: float = 30
) -> RedisGuessThrottle:
    return RedisGuessThrottle(redis, Backoff(account, address, first, longest_seconds=100))


async def waits(throttle: RedisGuessThrottle, email: str, address: str | None = None) -> int:
    """Seconds to wait; 0 when the guess is taken."""
    try:
        await throttle.take(email, address)
    except RateLimited as error:
        return error.retry_after
    return 0


async def test_of_a_hundred_guesses_at_once_five_are_checked(desk: Desk) -> None:
    ada = await desk.register()
    guesses = [desk.login(ada.email, f"guess {number}") for number in range(99)]
    answers = await asyncio.gather(*guesses, desk.login(ada.email.upper(), "guess"))
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 95}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "rate_limited"
    assert 1 <= int(refused.headers["retry-after"]) <= 30


async def test_the_right_password_is_refused_as_well_while_the_account_waits(desk: Desk) -> None:
    ada = await desk.register()
    for _ in range(5):
        assert (await desk.login(ada.email, "wrong")).status_code == 401
    assert (await desk.login(ada.email, ada.password)).status_code == 429
    other = await desk.register("bob@example.com")
    assert (await desk.login(other.email, other.password)).status_code == 200


async def test_an_unknown_account_waits_like_a_known_one(desk: Desk) -> None:
    answers = [await desk.login("nobody@example.com", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_the_right_password_ends_the_count(desk: Desk) -> None:
    ada = await desk.register()
    for _ in range(3):
        for _ in range(4):
            await desk.login(ada.email, "wrong")
        assert (await desk.login(ada.email, ada.password)).status_code == 200


async def test_a_stolen_access_token_does_not_help_to_guess_the_password(desk: Desk) -> None:
    ada = await desk.register()
    body = {"current_password": "wrong", "new_password": "difference engine"}
    for status in [403] * 5 + [429]:
        answer = await desk.client.post("/password/change", json=body, headers=ada.headers)
        assert answer.status_code == status
    erase = await desk.client.request(
        "DELETE", "/me", json={"password": ada.password}, headers=ada.headers
    )
    assert erase.status_code == 429


async def test_a_stranger_can_choose_no_address_by_header(
    no_mail_server: PlatformSettings, auth_settings: AuthSettings
) -> None:
    platform = no_mail_server.model_copy(update={"trusted_proxies": []})
    settings = auth_settings.model_copy(update={"guesses_per_address": 3})
    async with running(create_api(platform, settings)) as client:
        answers = [
            await client.post(
                "/login",
                json={"email": f"user{number}@example.com", "password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            )
            for number in range(4)
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_the_rate_limit_ignores_a_forwarded_address_too(
    no_mail_server: PlatformSettings, auth_settings: AuthSettings
) -> None:
    changes = {"trusted_proxies": [], "rate_limits_enabled": True}
    app = create_api(no_mail_server.model_copy(update=changes), auth_settings)

    async def forgot(client: httpx.AsyncClient, number: int) -> httpx.Response:
        return await client.post(
            "/password/forgot",
            json={"email": "ada@example.com"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )

    async with running(app) as client:
        answers = [await forgot(client, number) for number in range(12)]
    assert Counter(answer.status_code for answer in answers) == {202: 10, 429: 2}
    assert "retry-after" in answers[-1].headers


async def test_each_pause_is_twice_as_long_as_the_one_before(redis: Redis) -> None:
    guesses = throttle(redis, account=1, first=0.02)
    pauses: list[int] = []
    for _ in range(5):
        await asyncio.sleep(pauses[-1] / 1000 + 0.005 if pauses else 0)
        assert await waits(guesses, "ada@example.com") == 0
        key = (await redis.keys("*account*"))[0]
        seconds, micros = await redis.time()
        until: Any = redis.hget(key, "until")
        pauses.append(int(await until) - seconds * 1000 - micros // 1000)
    assert [round(pause / 20, 0) for pause in pauses] == pytest.approx([1, 2, 4, 8, 16], abs=1)
    assert pauses[4] > 3 * pauses[2]


async def test_an_address_with_many_wrong_guesses_waits_whatever_the_account(
    redis: Redis,
) -> None:
    guesses = throttle(redis, address=3)
    assert [await waits(guesses, f"{n}@example.com", HOME) > 0 for n in range(4)] == [
        False,
        False,
        False,
        True,
    ]
    assert await waits(guesses, "ada@example.com", OFFICE) == 0


async def test_right_passwords_do_not_use_an_address_up(redis: Redis) -> None:
    guesses = throttle(redis, address=3)
    for number in range(10):
        email = f"{number}@example.com"
        await guesses.clear(email, HOME, await guesses.take(email, HOME))


async def test_the_own_account_does_not_buy_guesses_at_others(redis: Redis) -> None:
    guesses = throttle(redis, address=3)
    mine = await guesses.take("mine@example.com", HOME)
    for number in range(2):
        await guesses.take(f"{number}@example.com", HOME)
    await guesses.clear("mine@example.com", HOME, mine)
    assert await waits(guesses, "next@example.com", HOME) > 0


async def test_a_guess_that_was_not_checked_is_given_back(redis: Redis) -> None:
    guesses = throttle(redis, account=2, address=2)
    for _ in range(5):
        guess = await guesses.take("ada@example.com", HOME)
        await guesses.give_back("ada@example.com", HOME, guess)
    await guesses.take("ada@example.com", HOME)


async def test_a_sign_in_refused_in_a_flood_counts_as_no_guess(
    no_mail_server: PlatformSettings, auth_settings: AuthSettings
) -> None:
    settings = auth_settings.model_copy(update={"bcrypt_cost": 9, "bcrypt_queue": 0})
    async with running(create_api(no_mail_server, settings)) as client:
        flood = [
            client.post("/login", json={"email": f"user{n}@example.com", "password": "wrong"})
            for n in range(20)
        ]
        answers = await asyncio.gather(*flood)
        assert {answer.status_code for answer in answers} == {401, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert (busy.json()["code"], busy.headers["retry-after"]) == ("sign_in_busy", "5")
        assert (await client.get("/health")).status_code == 200


async def test_an_ipv6_network_counts_as_one_address(redis: Redis) -> None:
    guesses = throttle(redis, address=1)
    await guesses.take("a@example.com", "2001:db8::1")
    assert await waits(guesses, "b@example.com", "2001:db8::2") > 0
    assert await waits(guesses, "b@example.com", "2001:db8:0:1::2") == 0


async def test_without_redis_a_replica_counts_for_itself() -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1")
    guesses = throttle(nowhere, account=2)
    assert [await waits(guesses, "ada@example.com", HOME) > 0 for _ in range(3)] == [
        False,
        False,
        True,
    ]
    await nowhere.aclose()
