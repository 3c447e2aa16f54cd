"""Background work that fails comes back: later and later in a row, soon after a good while."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from deployments.shared import streams


class EnoughError(BaseException):
    """Ends the endless."""


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        monkeypatch.setattr(streams, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(streams.asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def pauses_after(self, runs: Iterator[float]) -> list[float]:
        """The pause after each run; a run takes so long and fails."""

        async def work() -> None:
            try:
                self.now += next(runs)
            except StopIteration:
                raise EnoughError from None
            raise OSError("no server")

        with pytest.raises(EnoughError):
            await streams.run_forever("work", work, pause=0.0)
        return self.pauses


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_pauses_grow_while_it_fails_at_once(clock: Clock) -> None:
    pauses = await clock.pauses_after(iter([0.0] * 8))
    assert pauses == [0.5, 1, 2, 4, 8, 15, 15, 15]


async def test_a_consumer_that_ran_well_for_long_comes_back_at_once(clock: Clock) -> None:
    pauses = await clock.pauses_after(iter([0.0, 0.0, 0.0, 600.0, 600.0, 0.0]))
    assert pauses == [0.5, 1, 2, 0.5, 0.5, 1]


async def test_success_starts_anew(clock: Clock) -> None:
    answers = iter([OSError(), OSError(), None, OSError(), EnoughError()])

    async def work() -> None:
        if (error := next(answers)) is not None:
            raise error

    with pytest.raises(EnoughError):
        await streams.run_forever("work", work, pause=0.2)
    assert clock.pauses == [0.5, 1, 0.2, 0.5]
