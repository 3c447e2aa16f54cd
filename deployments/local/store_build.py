"""Building and serving the web store, as processes: nothing imports the web store."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from deployments.local.environment import StackEnvironment
from deployments.local.layout import REPOSITORY, StackLayout
from deployments.local.processes import ChildSpec

_BUILD_SECONDS = 600


def node_version() -> str:
    """Version of the Node.js that the wheel brings.

    Raises:
        OSError, RuntimeError: it is missing or does not run.
    """
    node = Path(sys.executable).with_name("node")
    answer = subprocess.run(  # noqa: S603
        [str(node), "--version"], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr.strip() or "node does not run")
    return answer.stdout.strip()


def _environment(layout: StackLayout, environment: StackEnvironment) -> dict[str, str]:
    return (
        environment.base()
        | environment.platform()
        | environment.web()
        | {"PYTHONPATH": str(REPOSITORY), "MERCATO_WEBAPP_BUILD_FOLDER": str(layout.web)}
    )


def store_part(layout: StackLayout, environment: StackEnvironment) -> ChildSpec:
    def answers() -> bool:
        try:
            return httpx.get(layout.store_url, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    return ChildSpec(
        "store",
        "Store",
        lambda: [sys.executable, "-m", "webapp.server"],
        _environment(layout, environment),
        answers,
        REPOSITORY,
        tree=True,
    )


def build(
    layout: StackLayout,
    environment: StackEnvironment,
    report: Callable[[str], None],
    stopping: Callable[[], bool],
) -> None:
    """Compile the store's pages unless that is done.

    Raises:
        RuntimeError: the build failed; names the log.
        InterruptedError: ``stopping`` became true.
    """
    log = layout.logs / "store-build.log"
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.frontend"],
            env=_environment(layout, environment),
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while process.poll() is None:
        seconds = time.monotonic() - began
        if stopping() or seconds > _BUILD_SECONDS:
            process.kill()
            process.wait()
            if seconds > _BUILD_SECONDS:
                raise RuntimeError(f"the store's build takes over {_BUILD_SECONDS} s; see {log}")
            raise InterruptedError("stopping")
        if seconds > 2:
            report(f"building pages, {seconds:.0f} s")
        time.sleep(0.2)
    if process.returncode != 0:
        raise RuntimeError(f"the store's pages could not be built; see {log}")
