"""What a running stack tells others: one JSON file, replaced at every change."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from deployments.local.layout import StackLayout, read_json, write_json


class AlreadyRunningError(Exception):
    """Another supervisor holds the data folder."""


@contextmanager
def data_lock(layout: StackLayout) -> Iterator[None]:
    """Hold the data folder for one supervisor; the lock ends with the process, however it ends."""
    layout.data.mkdir(parents=True, exist_ok=True)
    with layout.lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(str(layout.data)) from error
        yield


def is_locked(layout: StackLayout) -> bool:
    """Whether a supervisor runs on the data folder."""
    if not layout.lock_file.exists():
        return False
    with layout.lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class StackState:
    """The supervisor's side: steps of the start, children, ready or not. Thread-safe."""

    def __init__(self, layout: StackLayout) -> None:
        self._layout = layout
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._content: dict[str, Any] = {
            "pid": os.getpid(),
            "started_at": datetime.now(UTC).isoformat(),
            "phase": "starting",
            "ready": False,
            "error": None,
            "ready_seconds": None,
            "ports": asdict(layout.ports),
            "steps": {},
            "children": {},
        }

    def step(self, name: str, status: str, detail: str = "") -> None:
        """``status``: running, done, failed."""
        with self._lock:
            step = self._content["steps"].setdefault(
                name, {"began": time.monotonic() - self._started}
            )
            step |= {"status": status, "detail": detail}
            if status != "running":
                step["seconds"] = time.monotonic() - self._started - step["began"]
            self._write()

    def child(self, name: str, **facts: Any) -> None:
        with self._lock:
            self._content["children"].setdefault(name, {}).update(facts)
            self._write()

    def phase(self, phase: str, error: str | None = None) -> None:
        with self._lock:
            self._content |= {"phase": phase, "ready": phase == "ready"}
            if error is not None:
                self._content["error"] = error
            if phase == "ready" and self._content["ready_seconds"] is None:
                self._content["ready_seconds"] = round(time.monotonic() - self._started, 1)
            self._write()

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return {
                **self._content,
                "steps": {k: dict(v) for k, v in self._content["steps"].items()},
            }

    def _write(self) -> None:
        write_json(self._layout.state_file, self._content)


def read_state(layout: StackLayout) -> dict[str, Any]:
    """The state of the stack as others see it; phase ``stopped`` when no supervisor runs."""
    state = read_json(layout.state_file)
    if not is_locked(layout):
        state |= {"phase": "stopped", "ready": False}
    return state
