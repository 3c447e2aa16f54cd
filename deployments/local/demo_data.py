"""Loading the demo shop into a fresh stack, once; safe to repeat after an interruption."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from deployments.local.environment import StackEnvironment
from deployments.local.layout import REPOSITORY, StackLayout, read_json, write_json


def _marker(layout: StackLayout) -> dict[str, object]:
    return read_json(layout.data / "demo.json")


def is_loaded(layout: StackLayout) -> bool:
    return bool(_marker(layout).get("loaded_at"))


def command_environment(layout: StackLayout, environment: StackEnvironment) -> dict[str, str]:
    """Environment of a `mercato` command that works on the running stack."""
    return (
        environment.base()
        | environment.platform()
        | environment.operator()
        | {"PYTHONPATH": str(REPOSITORY)}
    )


def load(layout: StackLayout, environment: StackEnvironment, report: Callable[[str], None]) -> None:
    """Accounts, catalogue, pictures and history, then the price and analytics pipelines.

    Raises:
        RuntimeError: with the last lines of a step that failed.
    """
    log = layout.logs / "demo.log"
    command = [sys.executable, "-m", "deployments.local.load_demo"]
    with (
        log.open("ab") as errors,
        subprocess.Popen(  # noqa: S603
            command,
            env=command_environment(layout, environment),
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe
            for line in process.stdout:
                report(line.strip())
        except InterruptedError:
            process.terminate()
            raise
    if process.returncode != 0:
        raise RuntimeError(f"the demo data could not be loaded; see {log}")
    write_json(layout.data / "demo.json", {"loaded_at": datetime.now(UTC).isoformat()})
