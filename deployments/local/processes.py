"""Child processes of a stack: start, watch, stop, and find what a killed stack left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_MAX_LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class ChildSpec:
    """How to run one part of the stack.

    ``command`` is called at each start; ``ready`` tells whether the part answers; ``tree`` ends
    all its descendants with it, for parts that leave them behind.
    """

    name: str
    title: str
    command: Callable[[], list[str]]
    environment: dict[str, str]
    ready: Callable[[], bool]
    cwd: Path
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 8.0
    start_seconds: float = 60.0
    tree: bool = False


@dataclass
class Child:
    """A part with its running process."""

    spec: ChildSpec
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    quick_ends: int = 0
    started_at: float = field(default=0.0)

    def start(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _MAX_LOG_BYTES:
                self.log.unlink()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.spec.command(),
                env=self.spec.environment,
                cwd=self.spec.cwd,
                **identity_options(self.spec.user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal reaches the supervisor only, which stops all in order.
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def wait_until_ready(self, stopping: Callable[[], bool]) -> None:
        """Raises ``ChildProcessError`` when the part ended, ``TimeoutError`` when it is late."""
        until = time.monotonic() + self.spec.start_seconds
        while not self.spec.ready():
            if self.exit_status() is not None:
                raise ChildProcessError(
                    f"{self.spec.title} ended with status {self.exit_status()}; see {self.log}"
                )
            if stopping():
                raise InterruptedError("stopping")
            if time.monotonic() > until:
                raise TimeoutError(
                    f"{self.spec.title} does not answer after {self.spec.start_seconds:.0f} s; "
                    f"see {self.log}"
                )
            time.sleep(0.1)

    def pause_before_restart(self, now: float) -> float:
        """Seconds; longer each time the part ended within 30 s of its start."""
        self.quick_ends = self.quick_ends + 1 if now - self.started_at < 30 else 0
        return min(2.0 ** (self.quick_ends - 1), 30.0) if self.quick_ends else 0.0

    def exit_status(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        if self.process is None:
            return
        family = descendants(self.process.pid) if self.spec.tree else []
        if self.process.poll() is None:
            self.process.send_signal(self.spec.stop_signal)
            try:
                self.process.wait(self.spec.stop_seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        end(family)


def identity_options(user: str | None) -> dict[str, Any]:
    """Options of ``subprocess`` to run as ``user``, with that user's group and no other; none to
    run as the caller."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def adopt_orphans() -> None:
    """Make this process the parent of descendants whose own parent ends (Linux), so that none
    can escape, HAProxy and Ray's workers included."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def reap_adopted(known: Iterable[int]) -> None:
    """Collect adopted children that have ended; ``known`` are waited for elsewhere."""
    ours = set(known)
    for child in psutil.Process().children():
        if child.pid in ours:
            continue
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
            if child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)


def end(processes: list[psutil.Process], grace: float = 0.5) -> None:
    """End processes: politely, then for good."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def left_behind(identity: str) -> list[psutil.Process]:
    """Processes of the stack ``identity`` that this process is no parent or child of."""
    marker = f"MERCATO_STACK={identity}".encode()
    own = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        try:
            environ = Path(f"/proc/{process.pid}/environ").read_bytes()
        except OSError:
            continue
        if process.pid not in own and marker in environ.split(b"\0"):
            found.append(process)
    return found
