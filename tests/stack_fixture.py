"""The one real stack of a test run: started by the `mercato` command, on private ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deployments.local.layout import REPOSITORY, StackLayout, read_json, resolve
from deployments.local.ports import Ports, is_free

MERCATO = str(Path(sys.executable).with_name("mercato"))


@dataclass(frozen=True)
class Stack:
    """A running stack and how to command it."""

    layout: StackLayout
    started_in: float

    def mercato(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run ``mercato`` on this stack."""
        return subprocess.run(
            [MERCATO, "--data", str(self.layout.data), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            env={k: v for k, v in os.environ.items() if not k.startswith("MERCATO_")},
        )

    def status(self) -> dict[str, Any]:
        """As ``mercato status --json`` shows, without the second that a command takes to start."""
        return read_json(self.layout.state_file)


def free_port_base() -> int:
    """The first base from which all ports of a stack are free."""
    for base in range(21000, 29000, 400):
        ports = Ports.from_base(base)
        if all(is_free(port) for port in ports.fixed().values()):
            return base
    raise RuntimeError("no free range of ports between 21000 and 29000")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole store with the demo shop; one start a run.

    ``MERCATO_TEST_STACK`` names the data folder of a running one to use instead, for work on a
    single test.
    """
    if running_data := os.environ.get("MERCATO_TEST_STACK"):
        yield Stack(resolve(Path(running_data), None), 0.0)
        return
    # Not in pytest's own folder, which is closed to PostgreSQL's user when run as root.
    data = Path(tempfile.mkdtemp(prefix="mercato-test-"))
    # The built pages depend on the sources only; keep them between runs.
    cache = REPOSITORY / ".mercato" / "test-cache"
    for name in ("web", "cache"):
        (cache / name).mkdir(parents=True, exist_ok=True)
        (data / name).symlink_to(cache / name)
    layout = resolve(data, free_port_base())
    began = time.monotonic()
    started = subprocess.run(
        [MERCATO, "up", "--detach", "--data", str(data), "--port-base", str(layout.ports.store)],
        capture_output=True,
        text=True,
        timeout=900,
        env={k: v for k, v in os.environ.items() if not k.startswith("MERCATO_")},
    )
    running = Stack(layout, time.monotonic() - began)
    try:
        if started.returncode != 0:
            _keep_logs(layout)
            pytest.fail(f"the stack did not start:\n{started.stdout}\n{started.stderr}")
        yield running
    finally:
        running.mercato("down")
        _keep_logs(layout)
        shutil.rmtree(layout.runtime, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def _keep_logs(layout: StackLayout) -> None:
    """Leave the logs where a person finds them after the run."""
    kept = REPOSITORY / ".mercato" / "test-logs"
    shutil.rmtree(kept, ignore_errors=True)
    if layout.logs.exists():
        shutil.copytree(layout.logs, kept)
