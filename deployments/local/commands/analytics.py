"""``mercato analytics run``: compute the figures of the dashboards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from deployments.local.commands.progress import stage_bars

if TYPE_CHECKING:
    from pipelines.sales_analytics.job import Report


def run_pipeline(progress: Callable[[str, int, int | None], None], *, full: bool = False) -> Report:
    """The pipeline with settings from the environment."""
    # Ray and Polars take a second to import; the other commands need not wait for it.
    from pipelines.sales_analytics.job import run as run_job
    from pipelines.sales_analytics.settings import SalesAnalyticsSettings

    return run_job(SalesAnalyticsSettings(), progress, full=full)


def summary(report: Report) -> Table:
    """Rows in and out of each table."""
    table = Table(title="Sales analytics", title_justify="left", header_style="bold")
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, rows in report.rows_in.items():
        table.add_row(f"read: {name}", f"{rows:,}")
    for name, rows in report.rows_out.items():
        table.add_row(f"written: {name}", f"{rows:,}")
    return table


def run(
    full: Annotated[
        bool, typer.Option("--full", help="Everything again, not only what changed")
    ] = False,
) -> None:
    """Compute revenue, visits, popular products, searches and companions from what happened."""
    from pipelines.sales_analytics.figures_repository import AlreadyRunningError

    console = Console(highlight=False)
    with stage_bars(console) as progress:
        try:
            report = run_pipeline(progress, full=full)
        except AlreadyRunningError as error:
            console.print(f"[red]{error}; wait for it to end[/red]")
            raise typer.Exit(1) from error
        except psycopg.OperationalError as error:
            console.print("[red]the analytics database does not answer[/red]")
            raise typer.Exit(1) from error
    console.print(summary(report))
    months = f"{report.months[0]} to {report.months[-1]}" if report.months else "none"
    console.print(
        f"Months that had changed: {months}. Figures as of "
        f"{report.aggregated_until:%Y-%m-%d %H:%M:%S} UTC, {report.seconds:.1f} s."
    )
