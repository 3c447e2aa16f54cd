"""What a benchmark reports: one row of the table and of bench.json."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Record:
    """One measured figure.

    ``compared_with`` names what was measured beside it in the same run, ``ratio`` is value over
    that; ``bar`` is the figure aimed at, as text ("≤ 180"), or empty.
    """

    name: str
    value: float
    unit: str
    compared_with: str = ""
    ratio: float | None = None
    bar: str = ""


def machine() -> str:
    """The machine's processor, cores and memory."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = psutil.virtual_memory().total / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB"


def commit() -> str:
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def write(records: list[Record], path: Path) -> None:
    """The JSON file: every record with machine and commit."""
    about: dict[str, Any] = {"machine": machine(), "commit": commit()}
    path.write_text(json.dumps([asdict(record) | about for record in records], indent=1) + "\n")


def show(records: list[Record]) -> None:
    table = Table("benchmark", "value", "unit", "compared with", "ratio", "bar", title=machine())
    for record in records:
        ratio = f"{record.ratio:.2f}" if record.ratio is not None else ""
        value = f"{record.value:,.4g}" if record.value < 1000 else f"{record.value:,.0f}"
        table.add_row(record.name, value, record.unit, record.compared_with, ratio, record.bar)
    Console().print(table)


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=1000, method="inclusive")[int(share * 1000) - 1]
