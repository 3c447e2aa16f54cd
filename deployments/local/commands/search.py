"""``mercato search evaluate``: is the running store's search as good as it was?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.local.commands.progress import stage_bars
from deployments.products.contract import ProductsClient
from deployments.search.contract import SearchClient
from deployments.shared.errors import DomainError, Unavailable
from deployments.shared.operator_client import operator_http

if TYPE_CHECKING:
    from pipelines.relevance.bootstrap import Difference
    from pipelines.relevance.evaluation import Evaluation
    from pipelines.relevance.judged_set import JudgedSet

_WORST_SHOWN = 10


def evaluate(
    *,
    queries: Annotated[
        Path | None,
        typer.Option(help="Columns query_id, query [default: the demo shop's judged queries]"),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Columns query_id, product_id (its id, slug or SKU), rating: 0 does not fit"
        ),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Compare with what --save wrote earlier")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the figures to this JSON file")] = None,
    limit: Annotated[int, typer.Option(min=10, max=100, help="Products read of each answer")] = 100,
) -> None:
    """Ask the store judged queries and print how good the answers are. Files are Parquet, CSV,
    TSV or JSON lines.

    Exit codes: 0 as good as the baseline, or none was given; 1 significantly worse; 2 a file can't
    be read; 3 the store does not answer.
    """
    # Polars takes a moment to import; the other commands need not wait for it.
    from deployments.sandbox.demo.judged import LABELS, QUERIES
    from pipelines.relevance.evaluation import load
    from pipelines.relevance.evaluation import save as write
    from pipelines.relevance.judged_set import UnreadableJudgementsError, read_judged_set

    console = Console(highlight=False)
    if (queries is None) != (labels is None):
        _leave(console, "give --queries and --labels together, or neither", 2)
    try:
        before = load(baseline) if baseline else None
        judged = read_judged_set(queries or QUERIES, labels or LABELS)
        found = asyncio.run(_measure(judged, limit, console))
        if save is not None:
            write(found, save)
    except UnreadableJudgementsError as error:
        _leave(console, str(error), 2)
    except OSError as error:
        _leave(console, f"{save} can't be written: {error.strerror}", 2)
    except Unavailable as error:
        _leave(console, f"{error.detail}. Is the store running? Start it with: mercato up", 3)
    except DomainError as error:
        _leave(console, error.detail, 1)
    differences = found.against(before) if before else {}
    print_evaluation(console, found, differences, before)
    if before is not None and not differences:
        _leave(console, f"{baseline} has no query in common with these", 2)
    if any(difference.is_worse for difference in differences.values()):
        _leave(console, "Significantly worse than the baseline.", 1)


async def _measure(judged: JudgedSet, limit: int, console: Console) -> Evaluation:
    from pipelines.relevance.running_store import evaluate_store

    products = operator_http("products")
    search = operator_http("search")
    try:
        with stage_bars(console) as progress:
            return await evaluate_store(
                judged,
                SearchClient(search),
                ProductsClient(products),
                limit=limit,
                progress=progress,
            )
    finally:
        await products.aclose()
        await search.aclose()


def print_evaluation(
    console: Console,
    found: Evaluation,
    differences: dict[str, Difference],
    before: Evaluation | None,
) -> None:
    console.print(metrics_table(found, differences, before))
    modes = ", ".join(f"{count} {mode}" for mode, count in found.modes.most_common())
    console.print(
        f"{len(found.queries)} queries ({modes}), latency p50 {found.latency(0.5):.1f} ms, "
        f"p95 {found.latency(0.95):.1f} ms, index {escape(str(found.about['index_version']))}."
    )
    sold, judged = found.about["judged_products_sold"], found.about["judged_products"]
    if sold < judged:
        console.print(f"{judged - sold:,} of {judged:,} judged products are not in this store.")
    worst = Table("worst queries", "ndcg10", "cond10", "found", "mode", header_style="bold")
    for row in found.worst(_WORST_SHOWN):
        cells = [_figure(row.value("ndcg10")), _figure(row.value("cond10"))]
        worst.add_row(escape(row.query), *cells, f"{row.found:,}", row.mode)
    console.print(worst)


def metrics_table(
    found: Evaluation,
    differences: dict[str, Difference],
    before: Evaluation | None,
    names: tuple[str, str] = ("mean", "baseline"),
) -> Table:
    """The means, and beside them those of ``before`` and the interval of the difference."""
    from pipelines.relevance.metrics import METRICS

    table = Table("metric", escape(names[0]), header_style="bold")
    if before is not None:
        for name in (escape(names[1]), "difference", "95 % interval", ""):
            table.add_column(name)
    for metric in METRICS:
        cells = [metric, _figure(found.mean(metric))]
        if before is not None and (difference := differences.get(metric)) is not None:
            cells += [
                _figure(before.mean(metric)),
                f"{difference.mean:+.4f}",
                f"{difference.low:+.4f} … {difference.high:+.4f}",
                _verdict(difference),
            ]
        table.add_row(*cells)
    return table


def _verdict(difference: Difference) -> str:
    if difference.is_worse:
        return "[red]worse[/red]"
    return "[green]better[/green]" if difference.is_better else "no difference seen"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _leave(console: Console, message: str, code: int) -> None:
    console.print(f"[red]{escape(message)}[/red]")
    raise typer.Exit(code)
