"""What `mercato status` shows."""

from __future__ import annotations

from typing import Any

import psutil
from rich.table import Table

from deployments.local import display, processes


def print_status(state: dict[str, Any], addresses: dict[str, str]) -> None:
    display.console.print(f"Mercato: [bold]{state['phase']}[/bold]")
    if state["phase"] == "stopped":
        return
    table = Table("part", "status", "pid", "restarts", "memory", box=None, header_style="dim")
    for name, child in state.get("children", {}).items():
        memory = _memory(child.get("pid"))
        table.add_row(
            name,
            child["status"],
            str(child.get("pid", "")),
            str(child.get("restarts", 0)),
            f"{memory / 1e6:,.0f} MB" if memory else "",
        )
    display.console.print(table)
    for name, address in addresses.items():
        display.console.print(f"{name:>11}  [cyan]{address}[/cyan]")


def _memory(pid: int | None) -> int:
    """Proportional memory (bytes) of a process and its descendants."""
    if pid is None:
        return 0
    total = 0
    try:
        family = [psutil.Process(pid), *processes.descendants(pid)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
