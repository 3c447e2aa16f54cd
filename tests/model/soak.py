"""Many random histories: ``python -m tests.model.soak --histories 10000 --seed 1``.

Each history has a seed of its own; one that fails is printed with the command that replays it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass

from tests.model.explored import Explored
from tests.model.history import History
from tests.model.invariants import Broken
from tests.model.world import scripted_time_and_ids

_CHUNK = 20
# With fewer histories something may be missing by chance.
_ENOUGH_TO_JUDGE = 5_000
_TRACE_LINES = 80


@dataclass(frozen=True)
class Failure:
    seed: int
    error: str
    trace: list[str]

    def __str__(self) -> str:
        shown = "\n".join(self.trace[-_TRACE_LINES:])
        return (
            f"{shown}\n\nseed {self.seed}: {self.error}\n"
            f"replay: make soak-model SEED={self.seed} HISTORIES=1"
        )


def run_chunk(first: int, count: int) -> tuple[Explored, list[Failure]]:
    explored, failures = Explored(), []
    with scripted_time_and_ids():
        for seed in range(first, first + count):
            history = History(seed)
            try:
                history.run()
            except Broken as error:
                failures.append(Failure(seed, str(error), history.world.trace))
            explored.add(history.world, history.moves)
    return explored, failures


def soak(seed: int, histories: int, workers: int) -> int:
    """The exit status: 1 when a history failed or something never happened."""
    print(f"{histories} histories from seed {seed} on, {workers} at a time", flush=True)
    started = time.monotonic()
    explored, failures = Explored(), []
    for part, failed in _chunks(seed, histories, workers):
        explored.merge(part)
        failures += failed
        _show_progress(explored, histories, time.monotonic() - started)
        if failures:
            break
    print()
    _report(explored, time.monotonic() - started)
    for failure in failures[:1]:
        print(failure)
    never = explored.never()
    if never:
        print("never happened:", *never, sep="\n  ")
    return int(bool(failures) or (bool(never) and histories >= _ENOUGH_TO_JUDGE))


def _chunks(seed: int, histories: int, workers: int) -> Iterator[tuple[Explored, list[Failure]]]:
    starts = iter(range(seed, seed + histories, _CHUNK))
    with ProcessPoolExecutor(workers) as pool:
        running: set[Future[tuple[Explored, list[Failure]]]] = set()
        try:
            while True:
                for start in starts:
                    count = min(_CHUNK, seed + histories - start)
                    running.add(pool.submit(run_chunk, start, count))
                    if len(running) >= 2 * workers:
                        break
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in running:
                future.cancel()


def _show_progress(explored: Explored, histories: int, seconds: float) -> None:
    rate = explored.histories / max(seconds, 0.001)
    line = f"{explored.histories}/{histories} histories, {explored.crashes} crashes, {rate:.0f}/s"
    print(f"\r{line:<70}" if sys.stdout.isatty() else line, end="", flush=True)
    if not sys.stdout.isatty():
        print()


def _report(explored: Explored, seconds: float) -> None:
    print(
        f"{explored.histories} histories, {explored.steps} steps, {explored.crashes} crashes, "
        f"{sum(explored.states.values())} orders in {seconds:.0f} s"
    )
    print("orders by final state:", _line(explored.states))
    print("faults at points:", _line(explored.faults()))
    print("crashes before and after each commit and call:")
    for label, (before, after) in explored.crash_points().items():
        print(f"  {before:6} {after:6}  {label}")


def _line(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    return soak(arguments.seed, arguments.histories, arguments.workers)


if __name__ == "__main__":
    sys.exit(main())
