"""``mercato load search``: how much search the running store can take, and with which settings."""

from __future__ import annotations

import asyncio
import math
import os
import signal
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import psutil
import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.local.load_lab.advice import Advice, advise
from deployments.local.load_lab.figures import Step
from deployments.local.load_lab.plan import queries_from, read_queries, replayed
from deployments.local.load_lab.report import COLUMNS, EXPLAINED, cells, html
from deployments.shared.errors import DomainError

if TYPE_CHECKING:
    from deployments.products.contract import ProductsClient
    from deployments.search.contract import DeploymentLive

NOT_RUNNING: Final = 3
_FEWEST, _MOST_STEPS, _HIGHEST_RATE = 0.5, 20, 2000.0
_PAGES, _QUERIES = 10, 2000


def _rates(text: str) -> list[float]:
    try:
        rates = sorted({float(part) for part in text.split(",") if part.strip()})
    except ValueError as error:
        raise typer.BadParameter("numbers separated by commas, such as 5,10,20") from error
    if not rates or len(rates) > _MOST_STEPS:
        raise typer.BadParameter(f"one to {_MOST_STEPS} rates")
    if not all(_FEWEST <= rate <= _HIGHEST_RATE for rate in rates):
        raise typer.BadParameter(f"each from {_FEWEST:g} to {_HIGHEST_RATE:g} a second")
    return rates


def search(
    *,
    rates: Annotated[
        str, typer.Option(help="Requests a second of each step")
    ] = "5,10,20,40,60,80,120",
    seconds_per_step: Annotated[
        float, typer.Option("--seconds-per-step", min=1, max=120, help="Length of a step")
    ] = 10,
    queries: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A file with a column 'query', or one query a line; without, made of the "
            "catalogue's titles",
        ),
    ] = None,
    target_p95_ms: Annotated[
        float, typer.Option("--target-p95-ms", min=1, help="Latency the advice is for")
    ] = 40,
    wanted_rate: Annotated[
        float | None,
        typer.Option("--for-rate", min=0.1, help="Requests a second the advice is for"),
    ] = None,
    unique: Annotated[
        bool, typer.Option("--unique", help="Always other queries: nothing is remembered")
    ] = False,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Evenly spaced requests instead of random ones")
    ] = False,
    page: Annotated[
        Path | None, typer.Option("--html", help="Also write the result as a page, with a drawing")
    ] = None,
) -> None:
    """Send searches at rising rates, and say which replicas and batches they need.

    Only the store that this command belongs to is loaded. Requests are sent when they are due,
    whether or not earlier ones were answered; Ctrl-C ends the load and shows what was measured.
    """
    wanted = _rates(rates)
    console = Console(highlight=False)
    try:
        mix = read_queries(queries) if queries else None
    except (ValueError, OSError) as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    try:
        steps, embedder = asyncio.run(
            _measure(console, wanted, seconds_per_step, mix, unique=unique, fixed=fixed)
        )
    except DomainError as error:
        console.print(f"[red]{escape(error.detail)}[/red]")
        raise typer.Exit(NOT_RUNNING) from error
    advice = advise(
        steps,
        target_p95_ms=target_p95_ms,
        wanted_rate=wanted_rate,
        settings=embedder.settings if embedder else {},
        one_by_one=embedder is not None and any("onnx" in name for name in embedder.engines),
    )
    _show(console, steps, advice)
    if page is not None:
        about = f"{_machine()} · {datetime.now().astimezone():%Y-%m-%d %H:%M} · steps of "
        about += f"{seconds_per_step:g} s"
        page.write_text(html(steps, advice, target_p95_ms=target_p95_ms, about=about))
        console.print(f"written: {page}")


async def _measure(
    console: Console,
    rates: list[float],
    seconds: float,
    mix: list[str] | None,
    *,
    unique: bool,
    fixed: bool,
) -> tuple[list[Step], DeploymentLive | None]:
    """
    Raises:
        DomainError: the store does not answer, or does not know this command's key.
    """
    from deployments.local.load_lab.run import Load
    from deployments.products.contract import ProductsClient
    from deployments.search.contract import SearchClient
    from deployments.shared.operator_client import OperatorSettings, operator_http
    from deployments.shared.settings import OPERATOR, PlatformSettings
    from deployments.shared.tokens import ServiceTokens, private_key

    platform = PlatformSettings()
    tokens = ServiceTokens(OPERATOR, private_key(OperatorSettings().key.get_secret_value()))
    http, products = operator_http("search"), operator_http("products")
    try:
        client = SearchClient(http)
        # A store that does not know our key is not ours to load.
        before = await client.live()
        if mix is None:
            mix = await _catalogue_mix(ProductsClient(products))
        load = Load(
            platform.search_url.rstrip("/"),
            lambda: tokens.for_audience("search"),
            client,
            replayed(mix, unique=unique),
            fixed=fixed,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, load.stopping.set)
        console.print(
            f"{len(mix):,} queries against {platform.search_url}; "
            f"{len(rates)} steps of {seconds:g} s. Ctrl-C ends it."
        )
        steps = await load.run(rates, seconds, lambda step: console.print(_line(step)))
    finally:
        await http.aclose()
        await products.aclose()
    return steps, next((d for d in before.deployments if d.name == "embedder"), None)


async def _catalogue_mix(products: ProductsClient) -> list[str]:
    titles: list[str] = []
    cursor = None
    for _ in range(_PAGES):
        found = await products.export(cursor=cursor)
        titles += [product.title for product in found.items if product.title.strip()]
        if (cursor := found.next_cursor) is None:
            break
    if not titles:
        raise DomainError("no_products", "the shop is empty: run `mercato demo`, or give --queries")
    return queries_from(titles, count=_QUERIES)


def _line(step: Step) -> str:
    return (
        f"{step.rate:g}/s: {step.throughput:.1f} answered/s, p50 {step.p(0.5):.0f} ms, "
        f"p95 {step.p(0.95):.0f} ms, {step.failed} failed"
    )


def _machine() -> str:
    return f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"


def _show(console: Console, steps: list[Step], advice: Advice) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for step in steps:
        table.add_row(*cells(step), style="green" if step is advice.knee else None)
    console.print(table)
    console.print(EXPLAINED, style="dim")
    reasons: Counter[str] = sum((step.statuses for step in steps), start=Counter())
    refused = {status: count for status, count in reasons.items() if status != "200"}
    if refused:
        console.print("failed: " + ", ".join(f"{n} × {status}" for status, n in refused.items()))
    own = max((s.own_cores for s in steps if not math.isnan(s.own_cores)), default=0)
    if own > 0.7:
        console.print(
            f"[yellow]The load generator itself took {own:.0%} of a core: latencies are partly "
            "its own.[/yellow]"
        )
    console.print(f"\n{escape(advice.summary)}")
    for piece in advice.pieces:
        console.print(f"  [bold]{piece.setting}: {piece.value}[/bold]\n    {escape(piece.why)}")
