"""What a benchmark reports: one row of the table and of bench.json."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

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


_GENERATION: Final = {"cpu family": "family", "model": "model"}
# What decides how fast a model with 8-bit weights runs, the best first.
_INSTRUCTIONS: Final = {
    "amx_int8": "AMX",
    "avx512_vnni": "AVX-512 VNNI",
    "avx_vnni": "AVX VNNI",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
}


def machine() -> str:
    """The machine's processor, cores and memory. Processors years apart share a name: family,
    model and instructions tell them apart."""
    about: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        about.setdefault(name.strip(), value.strip())
    flags = about.get("flags", "").split()
    parts = [f"{name} {about[key]}" for key, name in _GENERATION.items() if key in about]
    parts += [name for flag, name in _INSTRUCTIONS.items() if flag in flags][:1]
    model = about.get("model name") or platform.processor() or platform.machine()
    if parts:
        model += f" ({', '.join(parts)})"
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
