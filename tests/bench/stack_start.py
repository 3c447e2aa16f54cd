"""Starting the store: first and warm start, memory at rest."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deployments.local.layout import StackLayout, resolve
from deployments.local.processes import left_behind
from tests.bench.records import Record
from tests.stack_fixture import free_port_base

MERCATO = str(Path(sys.executable).with_name("mercato"))


def _mercato(layout: StackLayout, *arguments: str) -> str:
    answer = subprocess.run(
        [MERCATO, "--data", str(layout.data), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def _start(layout: StackLayout, *options: str) -> float:
    _mercato(layout, "up", "--detach", "--port-base", str(layout.ports.store), *options)
    state = json.loads(_mercato(layout, "status", "--json"))
    return float(state["ready_seconds"])


def memory_bytes(layout: StackLayout) -> int:
    """Proportional memory of all processes of the stack, the supervisor included."""
    supervisor = json.loads(_mercato(layout, "status", "--json"))["pid"]
    total = psutil.Process(supervisor).memory_full_info().pss
    for process in left_behind(layout.identity):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return int(total)


@contextmanager
def measured_stack(folder: Path, records: list[Record]) -> Iterator[StackLayout]:
    """Start a store from nothing, stop it, start it again, and leave it running."""
    layout = resolve(folder, free_port_base())
    records.append(Record("first start, demo shop included", _start(layout), "s", bar="≤ 180"))
    began = time.monotonic()
    _mercato(layout, "down")
    records.append(Record("stop", time.monotonic() - began, "s"))
    records.append(Record("warm start", _start(layout), "s", bar="≤ 40"))
    try:
        time.sleep(20)
        records.append(
            Record("memory at rest, whole stack", memory_bytes(layout) / 2**30, "GiB", bar="≤ 4")
        )
        yield layout
    finally:
        _mercato(layout, "down")


@contextmanager
def empty_stack(folder: Path) -> Iterator[StackLayout]:
    """A store without the demo shop, whose products nobody judged."""
    layout = resolve(folder, free_port_base())
    _start(layout, "--no-demo")
    try:
        yield layout
    finally:
        _mercato(layout, "down")
