"""``mercato import sales FILE``: past sales of another shop into the dashboards."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deployments.analytics.contract import AnalyticsClient, SalesImport
from deployments.shared.errors import DomainError
from deployments.shared.money import Money, exponent
from deployments.shared.operator_client import OperatorSettings, operator_http

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 2


def import_sales(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet in the layout of Online Retail")],
    source: Annotated[
        str, typer.Option(help="Name under which the dashboards list these sales")
    ] = "online_retail",
    currency: Annotated[str, typer.Option(help="Currency of the prices")] = "GBP",
    timezone: Annotated[str, typer.Option(help="Zone of the times")] = "Europe/London",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be imported, send nothing")
    ] = False,
) -> None:
    """Import order lines (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
    CustomerID, Country). A second import changes what differs and doubles nothing."""
    # Polars takes a moment to import; the other commands need not wait for it.
    from pydantic import ValidationError

    from pipelines.sales_import.clean import classify, group_sales, monthly_totals, skipped
    from pipelines.sales_import.read_file import UnreadableFileError, read_lines
    from pipelines.sales_import.to_contract import batches

    console = Console(highlight=False)
    with console.status(f"Reading {escape(file.name)}"):
        try:
            ZoneInfo(timezone)
            Money(0, currency)
            lines = classify(read_lines(file), exponent(currency))
        except UnreadableFileError as error:
            _refuse(console, str(error))
        except DomainError as error:
            _refuse(console, error.detail)
        except (ZoneInfoNotFoundError, ValueError):
            _refuse(console, f"{timezone} is no time zone; one is named like Europe/London")
        sales = group_sales(lines, timezone)
    console.print(_skipped_table(lines.height, skipped(lines)))
    console.print(_monthly_table(monthly_totals(sales), currency))
    if dry_run:
        console.print(f"Dry run: {sales.height:,} sales would be imported; nothing was sent.")
        return
    secret = OperatorSettings().key.get_secret_value().encode()
    try:
        prepared = list(batches(sales, source=source, currency=currency, secret=secret))
    except ValidationError as error:
        first = error.errors()[0]
        _refuse(console, f"{first['loc'][-1]}: {first['msg']} ({first['input']!r})")
    try:
        changed = asyncio.run(_send(console, prepared, sales.height))
    except DomainError as error:
        console.print(f"[red]{escape(error.detail)}[/red]")
        console.print("Run the import again to go on; what is stored already is not doubled.")
        raise typer.Exit(1) from error
    console.print(
        f"{sales.height:,} sales sent: {changed:,} new or changed, "
        f"{sales.height - changed:,} known already."
    )
    if changed:
        console.print(
            "The dashboards show them now; [bold]mercato analytics run[/bold] makes them fast."
        )


def _refuse(console: Console, message: str) -> None:
    console.print(f"[red]{escape(message)}[/red]")
    raise typer.Exit(2)


async def _send(console: Console, prepared: list[SalesImport], total: int) -> int:
    http = operator_http("analytics")
    client = AnalyticsClient(http)
    waiting = iter(prepared)
    changed = 0
    with Progress(
        TextColumn("Sending sales"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        bar = bars.add_task("", total=total)

        async def worker() -> None:
            nonlocal changed
            for batch in waiting:
                # Two steps: ``changed += await …`` would read the sum before it waits.
                answer = await client.import_sales(batch)
                changed += answer.accepted
                bars.advance(bar, len(batch.sales))

        workers = [asyncio.create_task(worker()) for _ in range(_AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await http.aclose()
    return changed


def _skipped_table(lines: int, skipped: dict[str, int]) -> Table:
    from pipelines.sales_import.clean import REASONS

    table = Table(title="Lines", title_justify="left", header_style="bold")
    table.add_column("lines", justify="right")
    table.add_column("what becomes of them")
    table.add_row(f"{lines:,}", "read")
    for reason, count in skipped.items():
        table.add_row(f"{count:,}", f"skipped: {REASONS[reason]}")
    table.add_row(f"{lines - sum(skipped.values()):,}", "[bold]imported[/bold]")
    return table


def _monthly_table(totals: pl.DataFrame, currency: str) -> Table:
    table = Table(title="Months (UTC)", title_justify="left", header_style="bold")
    table.add_column("month")
    for name in ("sales", "refunds", "sold", "given back", "net"):
        table.add_column(name, justify="right")
    rows = [*totals.iter_rows(), ("[bold]all[/bold]", *totals.drop("month").sum().row(0))]
    for month, sales, refunds, *amounts in rows:
        money = [str(Money(amount, currency)) for amount in amounts]
        table.add_row(month, f"{sales:,}", f"{refunds:,}", *money)
    return table
