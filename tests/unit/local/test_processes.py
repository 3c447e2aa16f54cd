from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from deployments.local.processes import Child, ChildSpec, end, left_behind

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('armed', flush=True); time.sleep(600)",
]


def spec(command: list[str], tmp_path: Path, **changes: object) -> ChildSpec:
    defaults: dict[str, object] = {
        "name": "part",
        "title": "Part",
        "command": lambda: command,
        "environment": {"MERCATO_STACK": "test-" + tmp_path.name},
        "ready": lambda: True,
        "cwd": tmp_path,
        "stop_seconds": 0.5,
        "start_seconds": 5.0,
    }
    return ChildSpec(**(defaults | changes))  # type: ignore[arg-type]


def test_a_child_that_ends_during_its_start_is_an_error(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "print('no licence'); raise SystemExit(7)"]
    child = Child(spec(failing, tmp_path, ready=lambda: False), tmp_path / "part.log")
    child.start()
    with pytest.raises(ChildProcessError, match="status 7"):
        child.wait_until_ready(lambda: False)
    assert "no licence" in child.log.read_text()


def test_a_child_that_never_answers_is_late(tmp_path: Path) -> None:
    never = spec(FOREVER, tmp_path, ready=lambda: False, start_seconds=0.3)
    child = Child(never, tmp_path / "part.log")
    child.start()
    with pytest.raises(TimeoutError, match="Part does not answer"):
        child.wait_until_ready(lambda: False)
    child.stop()
    assert child.exit_status() == -signal.SIGTERM


def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    child = Child(spec(STUBBORN, tmp_path), tmp_path / "part.log")
    child.start()
    until = time.monotonic() + 10
    while "armed" not in child.log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    child.stop()
    assert child.exit_status() == -signal.SIGKILL


def test_processes_of_a_killed_stack_are_found_by_their_mark(tmp_path: Path) -> None:
    child = Child(spec(FOREVER, tmp_path), tmp_path / "part.log")
    child.start()
    assert child.process is not None
    found = left_behind("test-" + tmp_path.name)
    assert [p.pid for p in found] == [child.process.pid]
    end(found)
    child.process.wait(timeout=5)
    assert left_behind("test-" + tmp_path.name) == []


def test_the_tree_of_a_part_ends_with_it(tmp_path: Path) -> None:
    parent = [
        sys.executable,
        "-c",
        "import subprocess, sys, time;"
        f"p = subprocess.Popen({FOREVER!r}, start_new_session=True);"
        "print(p.pid, flush=True); time.sleep(600)",
    ]
    child = Child(spec(parent, tmp_path, tree=True), tmp_path / "part.log")
    child.start()
    until = time.monotonic() + 10
    while not child.log.read_text().strip() and time.monotonic() < until:
        time.sleep(0.05)
    grandchild = psutil.Process(int(child.log.read_text()))
    child.stop()
    gone, alive = psutil.wait_procs([grandchild], timeout=5)
    assert gone == [grandchild]
    assert alive == []


def test_a_part_that_keeps_ending_is_restarted_calmer_and_calmer(tmp_path: Path) -> None:
    child = Child(spec(FOREVER, tmp_path), tmp_path / "part.log", restarts=9)
    child.started_at = 100.0
    assert child.pause_before_restart(131.0) == 0
    assert [child.pause_before_restart(110.0) for _ in range(6)] == [1, 2, 4, 8, 16, 30]
    assert child.pause_before_restart(140.0) == 0
    assert child.pause_before_restart(110.0) == 1
