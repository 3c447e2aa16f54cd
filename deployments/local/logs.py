"""Reading the logs of a stack."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import typer

from deployments.local.layout import StackLayout


def _files(layout: StackLayout, part: str | None) -> list[Path]:
    files = sorted(layout.logs.glob("*.log"))
    if part is None:
        return files
    chosen = [file for file in files if file.stem == part]
    if not chosen:
        known = ", ".join(file.stem for file in files) or "none yet"
        typer.echo(f"mercato: no log of {part!r}; known: {known}", err=True)
        raise typer.Exit(2)
    return chosen


def show_logs(layout: StackLayout, part: str | None, *, lines: int, follow: bool) -> None:
    """Print the last ``lines`` of each log, then new ones until interrupted when ``follow``."""
    files = _files(layout, part)
    label = len(files) > 1
    positions: dict[Path, int] = {}
    for file in files:
        with file.open(errors="replace") as content:
            for line in deque(content, maxlen=lines):
                _print(file, line, label=label)
            positions[file] = content.tell()
    while follow:
        time.sleep(0.3)
        for file in files:
            with file.open(errors="replace") as content:
                content.seek(min(positions[file], file.stat().st_size))
                for line in content:
                    _print(file, line, label=label)
                positions[file] = content.tell()


def _print(file: Path, line: str, *, label: bool) -> None:
    typer.echo(f"{file.stem:>12} | {line.rstrip()}" if label else line.rstrip())
