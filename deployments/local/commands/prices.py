"""``mercato prices run``: read merchants' prices and publish where we stand."""

from __future__ import annotations

from collections.abc import Callable

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.local.commands.progress import stage_bars
from pipelines.price_aggregation.report import PriceReport

_MAX_REASONS = 3


def run_pipeline(progress: Callable[[str, int, int | None], None]) -> PriceReport:
    """The pipeline with settings from the environment."""
    # Ray and Polars take a second to import; the other commands need not wait for it.
    from pipelines.price_aggregation.job import run as run_job
    from pipelines.price_aggregation.settings import PriceSettings

    return run_job(PriceSettings(), progress)


def summary(report: PriceReport) -> Table:
    """Rows in and out of each source."""
    table = Table(title="Merchants", title_justify="left", header_style="bold")
    table.add_column("merchant")
    for name in ("rows", "usable", "matched", "review", "no product of ours", "rejected"):
        table.add_column(name, justify="right")
    table.add_column("remarks")
    for source in report.sources:
        reasons = [f"{count} × {escape(reason)}" for reason, count in source.reasons.items()]
        remarks = [f"[red]failed: {escape(source.error)}[/red]"] if source.error else []
        if source.unread:
            remarks.append(f"{source.unread} pages did not answer")
        table.add_row(
            escape(source.merchant),
            f"{source.rows_in:,}",
            f"{source.offers:,}",
            f"{source.matched:,}",
            f"{source.review:,}",
            f"{source.dropped:,}",
            f"{source.rejected:,}",
            "; ".join(remarks + reasons[:_MAX_REASONS]),
        )
    return table


def run() -> None:
    """Fetch the merchants' offers, match them to our products and publish our price position."""
    console = Console()
    with stage_bars(console) as progress:
        report = run_pipeline(progress)
    console.print(summary(report))
    seconds = (report.finished_at - report.started_at).total_seconds()
    console.print(
        f"{report.compared:,} of {report.products:,} products compared, "
        f"{report.changed:,} offers new or changed, {seconds:.1f} s"
    )
    if len(report.failed) == len(report.sources):
        console.print("[red]no merchant could be read[/red]")
        raise typer.Exit(1)
