"""How the start of a stack looks in a terminal, and what is printed when it is ready."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from deployments.local.layout import StackLayout
from deployments.sandbox.demo.accounts import DEMO_ACCOUNTS

console = Console(highlight=False)


def _step_rows(state: dict[str, Any]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for name, step in state.get("steps", {}).items():
        mark: RenderableType
        match step["status"]:
            case "done":
                mark, seconds = Text("✓", "green"), f"{step['seconds']:.1f} s"
            case "failed":
                mark, seconds = Text("✗", "red"), ""
            case _:
                mark, seconds = Spinner("dots", style="cyan"), ""
        detail = Text(step.get("detail", ""), style="dim", overflow="ellipsis", no_wrap=True)
        table.add_row(mark, Text(name), Text(seconds, style="dim"), detail)
    return table


def follow_start(read: Callable[[], dict[str, Any]], alive: Callable[[], bool]) -> dict[str, Any]:
    """Show the steps until the stack is ready, failed or its supervisor has ended."""
    if sys.stdout.isatty():
        return _follow_live(read, alive)
    return _follow_plain(read, alive)


def _over(state: dict[str, Any]) -> bool:
    return state.get("phase") in ("ready", "failed", "stopped")


def _follow_live(read: Callable[[], dict[str, Any]], alive: Callable[[], bool]) -> dict[str, Any]:
    with Live(console=console, refresh_per_second=8) as live:
        while True:
            ended = not alive()
            state = read()
            live.update(Group(_step_rows(state)))
            if _over(state) or ended:
                return state
            time.sleep(0.15)


def _follow_plain(read: Callable[[], dict[str, Any]], alive: Callable[[], bool]) -> dict[str, Any]:
    shown: dict[str, tuple[str, float]] = {}
    while True:
        ended = not alive()
        state = read()
        for name, step in state.get("steps", {}).items():
            status, last = shown.get(name, ("", 0.0))
            late = step["status"] == "running" and time.monotonic() - last > 5
            if step["status"] != status or late:
                shown[name] = (step["status"], time.monotonic())
                seconds = f" {step['seconds']:.1f} s" if "seconds" in step else ""
                detail = f" ({step['detail']})" if step.get("detail") else ""
                print(f"{step['status']:>8}  {name}{seconds}{detail}", flush=True)
        if _over(state) or ended:
            return state
        time.sleep(0.3)


def print_ready(layout: StackLayout, state: dict[str, Any], *, detached: bool) -> None:
    addresses = Table.grid(padding=(0, 2))
    for title, url in (
        ("Store", layout.store_url),
        ("Dashboards", layout.dashboards_url),
        ("API", layout.api("/products/docs")),
        ("Sandbox", f"{layout.sandbox_url}  (test cards, mail inbox, demo merchants)"),
        ("Ray", f"http://127.0.0.1:{layout.ports.ray_dashboard}"),
    ):
        addresses.add_row(Text(title, style="bold"), Text(url, style="cyan"))
    accounts = Table.grid(padding=(0, 2))
    for account in DEMO_ACCOUNTS:
        accounts.add_row(
            Text(account.roles[0], style="bold"), Text(account.email), Text(account.password)
        )
    stop = "mercato down" if detached else "Ctrl-C, or mercato down"
    footer = Text(f"Logs: {layout.logs}   Stop: {stop}", style="dim")
    title = f"Mercato is ready in {state.get('ready_seconds')} s"
    console.print(
        Panel(
            Group(addresses, Text("\nDemo accounts", style="bold"), accounts, Text(""), footer),
            title=title,
            border_style="green",
            expand=False,
        )
    )


def print_error(message: str) -> None:
    Console(stderr=True, highlight=False).print(Text(f"mercato: {message}", style="red"))
