"""A silent Stripe takes a bounded number of workers for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import stripe

from deployments.payments.infrastructure.stripe_circuit import StripeCircuit, StripeLane
from deployments.shared.errors import Unavailable

calls: list[str] = []


async def answer() -> str:
    return "answer"


async def silence() -> str:
    calls.append("asked")
    await asyncio.sleep(60)
    return "late"


async def broken() -> str:
    calls.append("asked")
    raise stripe.APIConnectionError("no route")  # type: ignore[no-untyped-call]


async def declined() -> str:
    raise stripe.CardError("no", None, None)  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def _forget() -> None:
    calls.clear()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def fails(lane: StripeLane, call: Callable[[], Awaitable[str]] = broken) -> None:
    with pytest.raises(Unavailable):
        await lane(call)


async def test_no_call_waits_longer_than_its_lane_allows() -> None:
    lane = StripeLane(StripeCircuit(), places=2, seconds=0.05)
    started = time.monotonic()
    await fails(lane, silence)
    assert time.monotonic() - started < 10


async def test_more_calls_than_places_do_not_pile_up() -> None:
    lane = StripeLane(StripeCircuit(failures=100), places=3, seconds=0.1)
    results = await asyncio.gather(*[lane(silence) for _ in range(20)], return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert len(calls) <= 6
    assert await lane(answer) == "answer"


async def test_after_failures_in_a_row_calls_fail_at_once_until_one_is_answered() -> None:
    clock = Clock()
    lane = StripeLane(StripeCircuit(failures=3, pause=5, now=clock), places=2, seconds=1)
    for _ in range(3):
        await fails(lane)
    for _ in range(10):
        await fails(lane)
    assert len(calls) == 3
    clock.now = 6
    await fails(lane)
    await fails(lane)
    assert len(calls) == 4
    clock.now = 12
    assert await lane(answer) == "answer"
    await fails(lane)
    assert await lane(answer) == "answer"


async def test_failures_must_be_in_a_row_and_a_refusal_is_an_answer() -> None:
    lane = StripeLane(StripeCircuit(failures=2), places=2, seconds=1)
    for _ in range(5):
        await fails(lane)
        with pytest.raises(stripe.CardError):
            await lane(declined)
    assert len(calls) == 5


async def test_a_cancelled_call_gives_its_place_back() -> None:
    lane = StripeLane(StripeCircuit(), places=1, seconds=60)
    task = asyncio.create_task(lane(silence))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await lane(answer) == "answer"
