"""A service stops even when a cancellation is lost."""

from __future__ import annotations

import asyncio

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


async def test_no_tasks_are_ended_at_once() -> None:
    await asyncio.wait_for(end_tasks([]), timeout=1)
