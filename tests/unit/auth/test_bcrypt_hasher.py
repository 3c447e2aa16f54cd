from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from deployments.auth.infrastructure.bcrypt_hasher import BcryptHasher
from deployments.shared.errors import Unavailable


@pytest.fixture
async def hasher() -> AsyncIterator[BcryptHasher]:
    hasher = BcryptHasher("pepper", cost=8, workers=2, queue=3)
    yield hasher
    hasher.close()


@pytest.mark.parametrize("password", ["x" * 72, "🔑" * 64, "a\x00b", "x" * 1024])
async def test_a_longer_password_is_another_one(hasher: BcryptHasher, password: str) -> None:
    stored = await hasher.hash(password)
    assert await hasher.verify(password, stored)
    assert not await hasher.verify(password + "x", stored)
    assert not await hasher.verify(password[:-1], stored)


async def test_equal_text_in_other_code_points_is_the_same_password(hasher: BcryptHasher) -> None:
    assert await hasher.verify("zwo\u0308lf", await hasher.hash("zwölf"))


async def test_without_the_pepper_a_hash_is_of_no_use(hasher: BcryptHasher) -> None:
    stored = await hasher.hash("analytical engine")
    other = BcryptHasher("another pepper", cost=4)
    assert not await other.verify("analytical engine", stored)
    other.close()


@pytest.mark.parametrize("stored", [None, ""])
async def test_without_an_account_nothing_matches(hasher: BcryptHasher, stored: str | None) -> None:
    assert not await hasher.verify("decoy", stored)


async def test_an_unknown_account_takes_as_long_as_a_known_one(hasher: BcryptHasher) -> None:
    stored = await hasher.hash("analytical engine")

    async def seconds(password_hash: str | None) -> float:
        begin = time.process_time()
        await hasher.verify("guess", password_hash)
        return time.process_time() - begin

    pairs = [(await seconds(stored), await seconds(None)) for _ in range(15)]
    # Of processor time the least: what the machine does besides only makes it more.
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert unknown == pytest.approx(known, rel=0.5)


async def test_a_flood_is_refused_instead_of_queued_for_ever(hasher: BcryptHasher) -> None:
    answers = await asyncio.gather(
        *[hasher.hash("analytical engine") for _ in range(20)], return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(refused) == 15
    assert refused[0].code == "sign_in_busy"
    assert refused[0].retry_after > 0
    assert await hasher.hash("afterwards")


async def test_hashing_does_not_hold_other_work_up(hasher: BcryptHasher) -> None:
    hashing = asyncio.gather(*[hasher.hash("analytical engine") for _ in range(5)])
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    await hashing
    assert turns > 5
