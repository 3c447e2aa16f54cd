"""``mercato index``: build the search index anew, compare its versions, switch between them, while
the shop goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.local.commands.progress import stage_bars
from deployments.search.contract import IndexStatus, SearchClient
from deployments.shared.errors import DomainError, Unavailable
from deployments.shared.operator_client import operator_http

Answer = TypeVar("Answer")

VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="As listed: v3")]


def build(
    model: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a sentence-transformers model; without, the one of the settings"
        ),
    ] = None,
    switch: Annotated[
        bool, typer.Option(help="Search the new version when it is complete, or leave it ready")
    ] = True,
) -> None:
    """Read all products and make their vectors in a new version of the index, beside the one that
    is searched. A build that was interrupted goes on where it stopped."""
    _quiet_ray()
    # Ray and the search service take seconds to import; the other commands need not wait.
    from deployments.search.infrastructure.settings import EncoderSettings
    from pipelines.embedding_index.job import build as run

    console = Console(highlight=False)
    encoder = EncoderSettings() if model is None else EncoderSettings(model_path=model)
    with _explained(console), stage_bars(console) as progress:
        built = run(progress, encoder=encoder, switch=switch)
    console.print(
        f"Index {built.version} ({escape(built.model)}) is "
        f"{'active' if built.active else 'ready'}: {built.documents:,} products, "
        f"{built.embedded:,} vectors made, {built.removed:,} products removed, "
        f"{built.seconds:.1f} s ({built.embedded / max(built.seconds, 0.001):,.0f} vectors/s)."
    )
    if built.dropped:
        console.print(f"Dropped old versions: {', '.join(built.dropped)}.")
    if not built.active:
        console.print(f"Search it with: mercato index switch {built.version}")


def list_versions() -> None:
    """The versions of the index: model, state, and how much of the catalogue they hold."""
    console = Console(highlight=False)
    with _explained(console):
        status = asyncio.run(_asked(lambda search: search.index_status()))
    console.print(_versions_table(status))
    console.print(f"{status.documents:,} products, {status.pending:,} wait for their vectors.")


def switch(version: VersionArgument) -> None:
    """Search another version: a newer one, or a retired one to go back. What it lacks is made
    first, with its own model; the model is loaded before the switch."""
    _quiet_ray()
    from pipelines.embedding_index.job import switch_to

    console = Console(highlight=False)
    with _explained(console), stage_bars(console) as progress:
        made = switch_to(version, progress)
    name = f"v{version.removeprefix('v')}"
    console.print(f"Index {name} is active; {made:,} vectors were made for it.")


def drop(version: VersionArgument) -> None:
    """Remove a version that is not searched, with its vectors."""
    console = Console(highlight=False)
    with _explained(console):
        asyncio.run(_asked(lambda search: search.drop_version(version)))
    console.print(f"Dropped {version}.")


def compare(
    before: Annotated[str, typer.Argument(metavar="A", help="A version, as listed: v2")],
    after: Annotated[str, typer.Argument(metavar="B", help="The version it is compared with: v3")],
    queries: Annotated[
        Path | None,
        typer.Option(help="Columns query_id, query [default: the demo shop's judged queries]"),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Columns query_id, product_id (its id, slug or SKU), rating"),
    ] = None,
) -> None:
    """Ask two versions the same queries, beside the running store: what both show, how fast, and
    with judgements how good, with the interval of the difference.

    Exit codes: 0 B is not seen to be worse; 1 it is; 2 a file can't be read.
    """
    from deployments.local.commands.comparison import compare_and_print

    console = Console(highlight=False)
    with _explained(console):
        if not compare_and_print(console, before, after, queries, labels):
            raise typer.Exit(1)


async def _asked(ask: Callable[[SearchClient], Awaitable[Answer]]) -> Answer:
    http = operator_http("search")
    try:
        return await ask(SearchClient(http))
    finally:
        await http.aclose()


def _versions_table(status: IndexStatus) -> Table:
    table = Table("version", "model", "state", header_style="bold")
    for name in ("vectors", "coverage", "active since"):
        table.add_column(name, justify="right")
    for version in status.versions:
        since = version.activated_at
        table.add_row(
            version.name,
            escape(version.model),
            version.status,
            f"{version.vectors:,}",
            f"{version.coverage:.1%}",
            f"{since:%Y-%m-%d %H:%M}" if since and version.status == "active" else "",
        )
    return table


@contextmanager
def _explained(console: Console) -> Iterator[None]:
    """Exit 3 when the store does not answer, 1 with what it said when it refuses."""
    try:
        yield
    except Unavailable as error:
        console.print(f"[red]{escape(error.detail)}[/red]")
        raise typer.Exit(3) from error
    except DomainError as error:
        console.print(f"[red]{escape(error.detail)}[/red]")
        raise typer.Exit(1) from error


def _quiet_ray() -> None:
    # Ray Data's workers log an error of no consequence into the terminal when they start.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
