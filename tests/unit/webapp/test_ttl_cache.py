from __future__ import annotations

import asyncio

import pytest

from webapp.ttl_cache import TtlCache


class Source:
    def __init__(self) -> None:
        self.asked = 0
        self.down = False
        self.now = 0.0

    async def load(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionError
        return self.asked


async def test_many_visitors_ask_once() -> None:
    source = Source()
    cache = TtlCache(source.load, 60, lambda: source.now)
    assert await asyncio.gather(*(cache.get() for _ in range(5))) == [1] * 5


async def test_a_value_is_renewed_when_it_is_old() -> None:
    source = Source()
    cache = TtlCache(source.load, 60, lambda: source.now)
    await cache.get()
    source.now = 61
    assert await cache.get() == 2


async def test_while_the_source_is_down_the_old_value_serves() -> None:
    source = Source()
    cache = TtlCache(source.load, 60, lambda: source.now)
    await cache.get()
    source.now, source.down = 61, True
    assert await cache.get() == 1


async def test_a_first_failure_is_raised_and_not_kept() -> None:
    source = Source()
    source.down = True
    cache = TtlCache(source.load, 60, lambda: source.now)
    with pytest.raises(ConnectionError):
        await cache.get()
    source.down = False
    assert await cache.get() == 2
