"""Checks of the machine and the data folder, each with what to do when it fails."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
from rich.text import Text

from deployments.local import processes, store_build
from deployments.local.display import console
from deployments.local.layout import StackLayout
from deployments.local.ports import taken
from deployments.local.postgres import binaries
from deployments.local.state import is_locked

_MIN_MEMORY = 4_000_000_000
_MIN_DISK = 2_000_000_000


@dataclass(frozen=True)
class Finding:
    title: str
    ok: bool
    detail: str


def _python(layout: StackLayout) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python 3.11 or newer", sys.version_info >= (3, 11), version)


def _memory(layout: StackLayout) -> Finding:
    total = psutil.virtual_memory().total
    return Finding("at least 4 GB of memory", total >= _MIN_MEMORY, f"{total / 1e9:.1f} GB")


def _disk(layout: StackLayout) -> Finding:
    folder = layout.data if layout.data.exists() else layout.data.parent
    free = shutil.disk_usage(folder).free
    return Finding("at least 2 GB free on disk", free >= _MIN_DISK, f"{free / 1e9:.1f} GB free")


def _packages(layout: StackLayout) -> Finding:
    try:
        version = importlib.metadata.version("ray")
        found = binaries().is_dir()
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError) as error:
        return Finding("packages installed", False, f"{error}; run: make up")
    return Finding("packages installed", found, f"ray {version}")


def _node(layout: StackLayout) -> Finding:
    try:
        return Finding("Node.js for the store", True, store_build.node_version())
    except (OSError, RuntimeError) as error:
        return Finding("Node.js for the store", False, f"{error}; run: make up")


def _ports(layout: StackLayout) -> Finding:
    if is_locked(layout):
        return Finding("ports", True, "held by the running store")
    problems = taken(layout.ports)
    detail = "; ".join(problems.values()) or "all free"
    return Finding("ports free (else: mercato up --port-base N)", not problems, detail)


def _orphans(layout: StackLayout) -> Finding:
    if is_locked(layout):
        return Finding("no process left behind", True, "the store runs")
    count = len(processes.left_behind(layout.identity))
    detail = f"{count} left by a killed store; run: mercato down" if count else "none"
    return Finding("no process left behind", count == 0, detail)


def _writable(layout: StackLayout) -> Finding:
    folder = layout.data if layout.data.exists() else layout.data.parent
    return Finding("data folder writable", os.access(folder, os.W_OK), str(layout.data))


_CHECKS: tuple[Callable[[StackLayout], Finding], ...] = (
    _python,
    _packages,
    _node,
    _memory,
    _disk,
    _writable,
    _ports,
    _orphans,
)


def findings(layout: StackLayout) -> Iterator[Finding]:
    for check in _CHECKS:
        yield check(layout)


def examine(layout: StackLayout) -> bool:
    """Print all findings; True when nothing is wrong."""
    healthy = True
    for finding in findings(layout):
        mark = Text("✓", "green") if finding.ok else Text("✗", "red")
        console.print(mark, finding.title, Text(finding.detail, style="dim"))
        healthy = healthy and finding.ok
    return healthy
