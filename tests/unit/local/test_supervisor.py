"""Parts that end come back side by side."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.local.layout import StackLayout
from deployments.local.ports import Ports
from deployments.local.processes import Child, ChildSpec
from deployments.local.state import StackState
from deployments.local.supervisor import Supervisor

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[StackLayout]:
    layout = StackLayout(tmp_path, Ports.from_base(21000))
    yield layout
    shutil.rmtree(layout.runtime, ignore_errors=True)


def part(name: str, layout: StackLayout, ready: Callable[[], bool]) -> Child:
    spec = ChildSpec(
        name, name, lambda: FOREVER, {}, ready, layout.data, stop_seconds=0.2, start_seconds=60
    )
    return Child(spec, layout.logs / f"{name}.log")


def test_a_part_that_takes_long_to_come_back_holds_up_no_other(layout: StackLayout) -> None:
    state = StackState(layout)
    supervisor = Supervisor(layout, state, with_demo=False)
    parts = {
        name: part(name, layout, ready)
        for name, ready in (("slow", lambda: False), ("quick", lambda: True))
    }
    supervisor._children = parts
    for child in parts.values():
        child.start()
        # Not soon after its start: it is restarted without a pause.
        child.started_at -= 60
    supervisor._started = list(parts.values())
    watch = threading.Thread(target=supervisor._watch)
    watch.start()
    try:
        for child in parts.values():
            assert child.process is not None
            child.process.kill()
        until = time.monotonic() + 10
        while state.snapshot()["children"].get("quick", {}).get("status") != "running":
            assert time.monotonic() < until, state.snapshot()
            time.sleep(0.05)
        assert state.snapshot()["children"]["slow"]["status"] != "running"
        assert all(child.exit_status() is None for child in parts.values())
    finally:
        supervisor.stop()
        watch.join()
        for child in parts.values():
            child.stop()
