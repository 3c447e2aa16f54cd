"""``mercato migrate``: bring the services' databases to the current tables, on any server."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError, ProgrammingError

from deployments.shared.settings import SERVICES
from models.shared.migrations import upgrade


def _variable(service: str) -> str:
    return f"MERCATO_{service.upper()}_DATABASE_URL"


def migrate(
    service: Annotated[
        list[str] | None, typer.Argument(help="Services; without, all whose address is set")
    ] = None,
) -> None:
    """Migrate the databases named by MERCATO_<SERVICE>_DATABASE_URL (a local store does this by
    itself at every start)."""
    console = Console(highlight=False)
    if unknown := set(service or ()) - set(SERVICES):
        console.print(f"[red]no such service: {', '.join(sorted(unknown))}[/red]")
        raise typer.Exit(2)
    chosen = service or [name for name in SERVICES if _variable(name) in os.environ]
    if missing := [name for name in chosen if _variable(name) not in os.environ]:
        console.print(f"[red]set {', '.join(_variable(name) for name in missing)}[/red]")
        raise typer.Exit(2)
    if not chosen:
        console.print("[red]set MERCATO_<SERVICE>_DATABASE_URL for each database[/red]")
        raise typer.Exit(2)
    for name in chosen:
        try:
            upgrade(name, os.environ[_variable(name)])
        except (OperationalError, ProgrammingError) as error:
            console.print(f"[red]{name}: {str(error.orig).strip()}[/red]")
            raise typer.Exit(1) from error
        except TimeoutError as error:
            console.print(f"[red]{error}[/red]")
            raise typer.Exit(1) from error
        console.print(f"{name}: up to date")
