"""``mercato index build``: build the search index anew, while the shop goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deployments.local.commands.progress import stage_bars
from deployments.shared.errors import DomainError


def build(
    model: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a sentence-transformers model; without, the one of the settings"
        ),
    ] = None,
) -> None:
    """Read all products, make their vectors, and switch to the new index version when it is
    complete. A build that was interrupted goes on where it stopped."""
    # Ray Data's workers log an error of no consequence into the terminal when they start.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    # Ray and the search service take seconds to import; the other commands need not wait.
    from deployments.search.infrastructure.settings import EncoderSettings
    from pipelines.embedding_index.job import run

    console = Console(highlight=False)
    encoder = EncoderSettings() if model is None else EncoderSettings(model_path=model)
    with stage_bars(console) as progress:
        try:
            built = run(progress, encoder=encoder)
        except DomainError as error:
            console.print(f"[red]{escape(error.detail)}[/red]")
            raise typer.Exit(1) from error
    console.print(
        f"Index {built.version} ({escape(built.model)}) is active: {built.documents:,} products, "
        f"{built.embedded:,} vectors made, {built.removed:,} products removed, "
        f"{built.seconds:.1f} s ({built.embedded / max(built.seconds, 0.001):,.0f} vectors/s)."
    )
    if built.dropped:
        console.print(f"Dropped old versions: {', '.join(built.dropped)}.")
