"""A service stops even when a cancellation is lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from deployments.shared import streams
from deployments.shared.streams import end_tasks


async def test_a_task_that_loses_its_first_cancellation_is_ended() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost += 1

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    await asyncio.wait_for(end_tasks(tasks), timeout=10)
    assert lost == 1
    assert all(task.cancelled() for task in tasks)


async def test_the_first_cancellation_is_repeated_soon_and_later_ones_are_patient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    wait = asyncio.wait

    async def noting(tasks: Any, **options: float) -> Any:
        waited.append(options["timeout"])
        return await wait(tasks, timeout=0.001)

    async def stubborn() -> None:
        while len(waited) < 6:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    monkeypatch.setattr(streams.asyncio, "wait", noting)
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end_tasks([task])
    assert waited[0] <= 0.05
    assert waited == sorted(waited)
    assert waited[-1] == 1


async def test_no_tasks_are_ended_at_once() -> None:
    await asyncio.wait_for(end_tasks([]), timeout=1)
