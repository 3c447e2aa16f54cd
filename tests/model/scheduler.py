"""Who goes on next: an event loop without time of its own, processes that can be killed, and the
points where a process waits until the model decides what becomes of it."""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from deployments.shared.errors import DomainError


class Crashed(BaseException):
    """Unwinds the coroutines of a killed process; nothing they still try has an effect."""


class ModelLoop(asyncio.AbstractEventLoop):
    """Runs what is ready in the order it became ready; time passes only by ``advance``."""

    def __init__(self) -> None:
        self._now = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self.problems: list[dict[str, Any]] = []

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Skipped when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: object = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=str(name), context=context)
        task.add_done_callback(_look_at_result)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.problems.append(context)

    def run_ready(self) -> None:
        asyncio._set_running_loop(self)
        try:
            while self._ready:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio._set_running_loop(None)

    def advance(self, seconds: float) -> None:
        """Let time pass; timers on the way fire at their time."""
        until = self._now + seconds
        while self._timers and self._timers[0][0] <= until:
            when, _, handle = heapq.heappop(self._timers)
            self._now = max(self._now, when)
            if not handle.cancelled():
                self._ready.append(handle)
                self.run_ready()
        self._now = until


def _look_at_result(task: asyncio.Task[Any]) -> None:
    """Nobody may ask for the result of a task that outlived its caller."""
    if not task.cancelled():
        task.exception()


PointKind = Literal["statement", "commit", "call", "answer"]


@dataclass(eq=False)
class Point:
    """A process waits here. ``do`` is what it is about to do (commit, send), once; ``outcomes``
    are the ways to go on. Before or after ``do`` the process may also be killed, or the task that
    waits be cancelled, as by a timeout or a client that hangs up."""

    process: Process
    kind: PointKind
    label: str
    future: asyncio.Future[Any]
    do: Callable[[], object]
    outcomes: dict[str, Callable[[], object]]
    task: asyncio.Task[Any] | None = None

    def go_on(self, value: object = None) -> None:
        if not self.future.done():
            self.future.set_result(value)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(eq=False)
class Process:
    """One replica of a service. ``on_death`` takes back what only it knew."""

    service: str
    name: str
    alive: bool = True
    on_death: list[Callable[[], object]] = field(default_factory=list)

    def check_alive(self) -> None:
        if not self.alive:
            raise Crashed(self.name)


@dataclass(eq=False)
class Run:
    """A task the model has started, and what came of it."""

    kind: str
    process: Process
    task: asyncio.Task[Any]
    on_end: Callable[[Run], object] | None = None
    about: Any = None

    @property
    def done(self) -> bool:
        return self.task.done()

    @property
    def error(self) -> BaseException | None:
        if self.task.cancelled():
            return asyncio.CancelledError()
        return self.task.exception()


class Scheduler:
    """``pause_share`` of the single statements and ``read_share`` of the calls that only read are
    points as commits and other calls are."""

    def __init__(
        self, chance: random.Random, *, pause_share: float = 0, read_share: float = 1
    ) -> None:
        self.loop = ModelLoop()
        self.points: list[Point] = []
        self.runs: list[Run] = []
        # How each commit and call can go on, by its label.
        self.ways: dict[str, tuple[str, ...]] = {}
        self._chance = chance
        self._pause_share = pause_share
        self._read_share = read_share

    def start(
        self,
        kind: str,
        process: Process,
        work: Coroutine[Any, Any, Any],
        *,
        on_end: Callable[[Run], object] | None = None,
        about: Any = None,
    ) -> Run:
        run = self.begin(kind, process, work, on_end=on_end, about=about)
        self.loop.run_ready()
        self.collect()
        return run

    def begin(
        self,
        kind: str,
        process: Process,
        work: Coroutine[Any, Any, Any],
        *,
        on_end: Callable[[Run], object] | None = None,
        about: Any = None,
    ) -> Run:
        """As ``start``, from inside of a coroutine."""
        run = Run(kind, process, self.loop.create_task(work), on_end, about)
        self.runs.append(run)
        return run

    def collect(self) -> None:
        """Take ended runs out and tell those who asked."""
        ended = [run for run in self.runs if run.done]
        if ended:
            self.runs = [run for run in self.runs if not run.done]
            for run in ended:
                if run.on_end is not None:
                    run.on_end(run)
            self.loop.run_ready()
            self.collect()

    async def pause(
        self,
        process: Process,
        kind: PointKind,
        label: str,
        do: Callable[[], object],
        outcomes: Callable[[Point], dict[str, Callable[[], object]]],
    ) -> Any:
        """Wait at a point; the value or error the chosen outcome gives."""
        process.check_alive()
        future = self.loop.create_future()
        point = Point(process, kind, label, future, do, {}, asyncio.current_task())
        point.outcomes = outcomes(point)
        self.points.append(point)
        if kind != "statement" and label not in self.ways:
            self.ways[label] = tuple(point.outcomes)
        try:
            return await point.future
        finally:
            if point in self.points:
                self.points.remove(point)

    async def statement(self, process: Process, label: str) -> None:
        process.check_alive()
        if self._chance.random() < self._pause_share:
            await self.pause(
                process, "statement", label, _nothing, lambda point: {"done": point.go_on}
            )

    def passes_by(self) -> bool:
        """Whether the next call that only reads is no point."""
        return self._chance.random() >= self._read_share

    def resolve(self, point: Point, outcome: str) -> None:
        self.points.remove(point)
        point.outcomes[outcome]()
        self.loop.run_ready()
        self.collect()

    def cancel(self, point: Point, *, after: bool) -> None:
        self.points.remove(point)
        if after:
            point.outcomes["done"]()
        assert point.task is not None
        point.task.cancel()
        self.loop.run_ready()
        self.collect()

    def kill(self, process: Process) -> None:
        process.alive = False
        for point in [point for point in self.points if point.process is process]:
            point.fail(Crashed(process.name))
        for undo in process.on_death:
            undo()
        self.loop.run_ready()
        self.collect()

    def pass_time(self, seconds: float) -> None:
        self.loop.advance(seconds)
        self.loop.run_ready()
        self.collect()

    def close(self, processes: Iterable[Process]) -> None:
        """End everything, so that nothing is left to the garbage collector."""
        for process in processes:
            if process.alive:
                self.kill(process)
        for _ in range(3):
            self.pass_time(3600)


def _nothing() -> None:
    """A statement has no effect of its own."""


def is_expected(error: BaseException | None) -> bool:
    """Whether work may end so: by an error of the domain, a lost connection or a crash."""
    known = (DomainError, DBAPIError, RedisError, Crashed, asyncio.CancelledError)
    return error is None or isinstance(error, known)
