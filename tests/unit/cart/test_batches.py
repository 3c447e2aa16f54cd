"""Many callers, few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from deployments.cart.infrastructure.batches import Batches


class Source:
    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.broken = False

    async def fetch(self, keys: list[int]) -> Mapping[int, str]:
        self.calls.append(sorted(keys))
        await asyncio.sleep(0.01)
        if self.broken:
            raise ConnectionError("no answer")
        return {key: f"value {key}" for key in keys if key >= 0}


async def test_callers_at_once_share_a_call_and_get_their_own() -> None:
    source = Source()
    batches = Batches(source.fetch, size=10, calls=1)
    answers = await asyncio.gather(*[batches.get([key % 3, -1]) for key in range(50)])
    assert answers[1] == {1: "value 1"}
    assert all(answer == {key % 3: f"value {key % 3}"} for key, answer in enumerate(answers))
    assert len(source.calls) == 1


async def test_who_asks_during_a_call_gets_a_later_one() -> None:
    source = Source()
    batches = Batches(source.fetch, size=10, calls=1)
    first = asyncio.create_task(batches.get([1]))
    await asyncio.sleep(0.005)
    others = await asyncio.gather(batches.get([1]), batches.get([2]))
    assert await first == {1: "value 1"}
    assert list(others) == [{1: "value 1"}, {2: "value 2"}]
    assert source.calls == [[1], [1, 2]]


async def test_no_call_is_for_more_than_its_size() -> None:
    source = Source()
    batches = Batches(source.fetch, size=4, calls=2)
    wanted = [[0, 1, 2], [3], [4, 5], [0, 1, 2, 3]]
    answers = await asyncio.gather(*[batches.get(keys) for keys in wanted])
    assert [sorted(answer) for answer in answers] == wanted
    assert max(len(call) for call in source.calls) <= 4


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    source = Source()
    batches = Batches(source.fetch, size=10, calls=1)
    impatient = asyncio.create_task(batches.get([1]))
    patient = asyncio.create_task(batches.get([1]))
    await asyncio.sleep(0.001)
    impatient.cancel()
    assert await patient == {1: "value 1"}


async def test_a_failure_is_everybodys_and_the_next_call_is_a_new_one() -> None:
    source = Source()
    batches = Batches(source.fetch, size=10, calls=1)
    source.broken = True
    answers = await asyncio.gather(batches.get([1]), batches.get([2]), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    source.broken = False
    assert await batches.get([1]) == {1: "value 1"}


@pytest.mark.parametrize("keys", [[], [-5]])
async def test_unknown_and_no_keys_have_no_values(keys: list[int]) -> None:
    assert await Batches(Source().fetch, size=10, calls=1).get(keys) == {}
