"""What ``mercato index compare`` does and prints."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.local.commands.progress import stage_bars
from deployments.local.commands.search import metrics_table
from deployments.sandbox.demo.judged import LABELS, QUERIES
from deployments.search.infrastructure.encoders import Encoders
from deployments.search.infrastructure.local_embedder import LocalEmbedder
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from pipelines.embedding_index.settings import IndexSettings
from pipelines.relevance.compare_versions import Compared, compare_versions
from pipelines.relevance.judged_set import (
    JudgedSet,
    UnreadableJudgementsError,
    read_judged_set,
    read_queries,
)


def compare_and_print(
    console: Console, before: str, after: str, queries: Path | None, labels: Path | None
) -> bool:
    """False when ``after`` is significantly worse. Exits with 2 when a file can't be read."""
    try:
        judged = _judged(queries, labels)
        asked = judged.queries if judged else read_queries(queries or QUERIES)
        # The service's own key is not needed to read its index.
        settings = SearchSettings(database_url=IndexSettings().database_url, service_key="none")
        embedder = LocalEmbedder(Encoders(EncoderSettings(), most=2))
        with stage_bars(console) as progress:
            compared = asyncio.run(
                compare_versions(
                    before, after, asked, progress, settings=settings, embedder=embedder
                )
            )
        console.print(_speed_table(before, after, compared))
        console.print(
            f"{len(asked):,} queries; the first ten of {escape(before)} and {escape(after)} share "
            f"{compared.overlap:.0%}."
        )
        if judged is None:
            return True
        one, other = compared.evaluations(judged)
    except UnreadableJudgementsError as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    differences = other.against(one)
    console.print(metrics_table(other, differences, one, names=(after, before)))
    if worse := any(difference.is_worse for difference in differences.values()):
        console.print(f"[red]{escape(after)} is significantly worse than {escape(before)}.[/red]")
    return not worse


def _judged(queries: Path | None, labels: Path | None) -> JudgedSet | None:
    if labels is not None:
        return read_judged_set(queries or QUERIES, labels)
    return None if queries is not None else read_judged_set(QUERIES, LABELS)


def _speed_table(before: str, after: str, compared: Compared) -> Table:
    table = Table("version", header_style="bold")
    for name in ("p50, ms", "p95, ms", "by words alone"):
        table.add_column(name, justify="right")
    for name, answers in ((before, compared.before), (after, compared.after)):
        spent = [answer.milliseconds for answer in answers.values()]
        alone = sum(answer.mode == "lexical" for answer in answers.values())
        middle, slow = np.quantile(spent, (0.5, 0.95))
        table.add_row(escape(name), f"{middle:.1f}", f"{slow:.1f}", str(alone))
    return table
