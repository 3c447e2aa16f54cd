"""``mercato redeploy``: new replicas of running services, old ones serve until these do."""

from __future__ import annotations

import time

import httpx
import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from deployments.local.environment import StackEnvironment
from deployments.local.layout import StackLayout
from deployments.local.ray_cluster import RayCluster
from deployments.local.secrets_store import load_or_create
from deployments.local.services import redeploy as replace
from deployments.local.services import serve_config
from deployments.shared.settings import SERVICES
from models.shared.migrations import upgrade


def redeploy(layout: StackLayout, names: list[str] | None) -> None:
    """All at once; the database of each is brought to the current tables first."""
    console = Console(highlight=False)
    if unknown := set(names or ()) - set(SERVICES):
        console.print(f"[red]no such service: {', '.join(sorted(unknown))}[/red]")
        raise typer.Exit(2)
    secrets = load_or_create(layout.data)
    environment = StackEnvironment(layout, secrets)
    chosen = names or list(SERVICES)
    began = time.monotonic()
    try:
        for name in chosen:
            variables = environment.service(name)
            upgrade(name, variables[f"MERCATO_{name.upper()}_DATABASE_URL"])
        cluster = RayCluster(layout, secrets.ray_token)
        replace(cluster, serve_config(layout, environment), chosen)
    except (RuntimeError, TimeoutError, httpx.HTTPError, SQLAlchemyError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    seconds = time.monotonic() - began
    console.print(f"New replicas serve: {', '.join(chosen)} ({seconds:.1f} s)")
