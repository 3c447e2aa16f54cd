"""The ``mercato`` command.

Exit codes: 0 done; 1 the stack or a job failed; 2 wrong usage or unreadable input; 3 not running.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.local import demo_data, display, processes
from deployments.local.commands import (
    analytics,
    import_products,
    import_sales,
    index,
    load_search,
    migrate,
    prices,
    redeploy,
    search,
)
from deployments.local.doctor import examine
from deployments.local.environment import StackEnvironment
from deployments.local.layout import StackLayout, resolve
from deployments.local.logs import show_logs
from deployments.local.secrets_store import load_or_create
from deployments.local.state import (
    AlreadyRunningError,
    StackState,
    data_lock,
    is_locked,
    read_state,
)
from deployments.local.status import print_status
from deployments.local.supervisor import StartError, Supervisor

NOT_RUNNING = 3

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Run and operate a Mercato store."
)
imports = typer.Typer(no_args_is_help=True, help="Bring products or past sales in from files.")
price_jobs = typer.Typer(no_args_is_help=True, help="Price comparison.")
analytics_jobs = typer.Typer(no_args_is_help=True, help="Analytics aggregates.")
index_jobs = typer.Typer(no_args_is_help=True, help="The search index.")
search_jobs = typer.Typer(no_args_is_help=True, help="How good the search is.")
loads = typer.Typer(no_args_is_help=True, help="How much the store can take.")
app.add_typer(imports, name="import")
app.add_typer(price_jobs, name="prices")
app.add_typer(analytics_jobs, name="analytics")
app.add_typer(index_jobs, name="index")
app.add_typer(search_jobs, name="search")
app.add_typer(loads, name="load")

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the stack [default: .mercato]")
]


@app.callback()
def _main(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(envvar="MERCATO_DATA", help="Data folder of the stack [default: .mercato]"),
    ] = None,
) -> None:
    context.obj = data
    if data is not None:
        os.environ["MERCATO_DATA"] = str(data)


def _layout(context: typer.Context, data: Path | None, port_base: int | None = None) -> StackLayout:
    return resolve(data or context.obj, port_base)


@app.command()
def up(
    context: typer.Context,
    data: DataOption = None,
    port_base: Annotated[
        int | None,
        typer.Option(min=1024, max=65000, help="Use consecutive ports from here"),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when the store is ready")
    ] = False,
    demo: Annotated[bool, typer.Option(help="Load the demo shop into a fresh stack")] = True,
) -> None:
    """Start the store; running it again on a running store only shows the addresses."""
    layout = _layout(context, data, port_base)
    if is_locked(layout):
        _show_running(layout)
        return
    if detach:
        _start_detached(layout, port_base, demo=demo)
        return
    try:
        with data_lock(layout):
            _run(
                layout,
                with_demo=demo,
                show=sys.stdout.isatty() or "MERCATO_QUIET" not in os.environ,
            )
    except AlreadyRunningError:
        _show_running(layout)


def _show_running(layout: StackLayout) -> None:
    state = read_state(layout)
    if state.get("phase") == "ready":
        display.console.print("Already running.")
        display.print_ready(layout, state, detached=True)
        return
    display.console.print(f"A start is under way (phase {state.get('phase')}); following it.")
    state = display.follow_start(lambda: read_state(layout), lambda: is_locked(layout))
    _conclude(layout, state, detached=True)


def _run(layout: StackLayout, *, with_demo: bool, show: bool) -> None:
    state = StackState(layout)
    try:
        supervisor = Supervisor(layout, state, with_demo=with_demo)
    except RuntimeError as error:
        state.phase("failed", str(error))
        display.print_error(str(error))
        raise typer.Exit(1) from error
    failure: list[str] = []

    def watch() -> None:
        shown = display.follow_start(state.snapshot, lambda: True)
        if shown["phase"] == "ready":
            display.print_ready(layout, shown, detached=False)

    follower = threading.Thread(target=watch, daemon=True)
    if show:
        follower.start()
    try:
        supervisor.run()
    except StartError as error:
        failure.append(str(error))
    if show:
        follower.join(timeout=2)
    if failure:
        display.print_error(failure[0])
        raise typer.Exit(1)


def _start_detached(layout: StackLayout, port_base: int | None, *, demo: bool) -> None:
    layout.prepare()
    command = [sys.executable, "-m", "deployments.local.cli", "up", "--data", str(layout.data)]
    command += ["--port-base", str(port_base)] if port_base is not None else []
    command += [] if demo else ["--no-demo"]
    with (layout.logs / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"MERCATO_QUIET": "1"},
        )

    def read() -> dict[str, Any]:
        state = read_state(layout)
        return state if state.get("pid") == process.pid else {"phase": "starting", "steps": {}}

    state = display.follow_start(read, lambda: process.poll() is None)
    _conclude(layout, state, detached=True)


def _conclude(layout: StackLayout, state: dict[str, Any], *, detached: bool) -> None:
    if state.get("phase") == "ready":
        display.print_ready(layout, state, detached=detached)
        return
    reason = state.get("error") or f"the start was interrupted; see {layout.logs}/supervisor.log"
    display.print_error(str(reason))
    raise typer.Exit(1)


@app.command()
def status(
    context: typer.Context,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """Say what runs, where, and with how many restarts."""
    layout = _layout(context, data)
    state = read_state(layout)
    running = state["phase"] != "stopped"
    addresses = {
        "store": layout.store_url,
        "dashboards": layout.dashboards_url,
        "api": layout.api(),
        "sandbox": layout.sandbox_url,
    }
    if as_json:
        typer.echo(json.dumps(state | {"data": str(layout.data), "addresses": addresses}, indent=1))
    else:
        print_status(state, addresses)
    if not running:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def down(context: typer.Context, data: DataOption = None) -> None:
    """Stop the store. Its data stays."""
    layout = _layout(context, data)
    if is_locked(layout):
        os.kill(int(read_state(layout)["pid"]), signal.SIGTERM)
        until = time.monotonic() + 60
        while is_locked(layout):
            if time.monotonic() > until:
                display.print_error("the supervisor does not stop; try again, or kill its process")
                raise typer.Exit(1)
            time.sleep(0.1)
        display.console.print("Stopped.")
    leftovers = processes.left_behind(layout.identity)
    if leftovers:
        processes.end(leftovers, grace=5)
        display.console.print(f"Stopped {len(leftovers)} processes left by a killed stack.")


@app.command()
def reset(
    context: typer.Context,
    data: DataOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Delete all data of the stack: accounts, products, orders, secrets. Stops it first."""
    layout = _layout(context, data)
    if not yes:
        typer.confirm(
            f"Delete everything in {layout.data} (rendered pictures are kept)?", abort=True
        )
    down(context, data)
    for entry in layout.data.iterdir() if layout.data.exists() else ():
        if entry in (layout.cache, layout.web):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.rmtree(layout.runtime, ignore_errors=True)
    display.console.print("Reset. The next start makes a fresh store.")


@app.command()
def logs(
    context: typer.Context,
    part: Annotated[str | None, typer.Argument(help="A part or service; all without")] = None,
    data: DataOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1)] = 40,
) -> None:
    """Show the logs."""
    show_logs(_layout(context, data), part, lines=lines, follow=follow)


@app.command()
def doctor(context: typer.Context, data: DataOption = None) -> None:
    """Check what a start needs and say how to put right what is wrong."""
    if not examine(_layout(context, data)):
        raise typer.Exit(1)


@app.command()
def demo(context: typer.Context, data: DataOption = None) -> None:
    """Load the demo shop into the running store (again: changes nothing)."""
    layout = require_running(data or context.obj)
    environment = StackEnvironment(layout, load_or_create(layout.data))
    with display.console.status("demo data") as shown:
        demo_data.load(layout, environment, lambda line: shown.update(f"demo data: {line}"))
    display.console.print("Demo data loaded.")


@app.command("redeploy")
def redeploy_services(
    context: typer.Context,
    service: Annotated[list[str] | None, typer.Argument(help="Services; without, all six")] = None,
    data: DataOption = None,
    keep_replicas: Annotated[
        bool,
        typer.Option(
            "--keep-replicas",
            help="Only bring user_config, autoscaling and queue limits of serve_config.yaml to "
            "the replicas that run",
        ),
    ] = False,
) -> None:
    """Replace services by new replicas without a failed request: after a change of the code, of
    serve_config.yaml or of settings.env in the data folder."""
    redeploy.redeploy(require_running(data or context.obj), service, keep=keep_replicas)


def require_running(data: Path | None) -> StackLayout:
    """The layout of a ready stack, else exit 3 with what to do."""
    layout = resolve(data, None)
    if not read_state(layout).get("ready"):
        display.print_error("the store is not running; start it with: mercato up")
        raise typer.Exit(NOT_RUNNING)
    return layout


def _on_running_store(
    command: Callable[..., None], *, dry_run_without: bool = False
) -> Callable[..., None]:
    """Point the process at the running store when ``command`` runs (not for its --help), unless
    variables do so already. ``dry_run_without``: a dry run needs no store."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        alone = dry_run_without and options.get("dry_run")
        if "MERCATO_OPERATOR_KEY" not in os.environ and not alone:
            data = os.environ.get("MERCATO_DATA")
            layout = require_running(Path(data) if data else None)
            environment = StackEnvironment(layout, load_or_create(layout.data))
            os.environ.update(demo_data.command_environment(layout, environment))
        command(*args, **options)

    return run


app.command("migrate")(migrate.migrate)
imports.command("products")(_on_running_store(import_products.import_products))
imports.command("sales")(_on_running_store(import_sales.import_sales, dry_run_without=True))
price_jobs.command("run")(_on_running_store(prices.run))
analytics_jobs.command("run")(_on_running_store(analytics.run))
index_jobs.command("build")(_on_running_store(index.build))
index_jobs.command("list")(_on_running_store(index.list_versions))
index_jobs.command("compare")(_on_running_store(index.compare))
index_jobs.command("switch")(_on_running_store(index.switch))
index_jobs.command("drop")(_on_running_store(index.drop))
search_jobs.command("evaluate")(_on_running_store(search.evaluate))
loads.command("search")(_on_running_store(load_search.search))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
