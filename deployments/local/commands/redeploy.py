"""``mercato redeploy``: new replicas of running services, old ones serve until these do; or new
settings for the replicas that run."""

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
from deployments.local.services import serve_config, tune
from deployments.shared.settings import SERVICES
from models.shared.migrations import upgrade


def redeploy(layout: StackLayout, names: list[str] | None, *, keep: bool) -> None:
    """All at once; the database of each is brought to the current tables first. ``keep``: only
    the settings of deployments change, the replicas stay."""
    console = Console(highlight=False)
    if unknown := set(names or ()) - set(SERVICES):
        console.print(f"[red]no such service: {', '.join(sorted(unknown))}[/red]")
        raise typer.Exit(2)
    secrets = load_or_create(layout.data)
    environment = StackEnvironment(layout, secrets)
    chosen = names or list(SERVICES)
    began = time.monotonic()
    cluster = RayCluster(layout, secrets.ray_token)
    try:
        if keep:
            tune(cluster, serve_config(layout, environment), chosen)
            console.print(f"Settings given to running replicas: {', '.join(chosen)}")
            return
        for name in chosen:
            variables = environment.service(name)
            upgrade(name, variables[f"MERCATO_{name.upper()}_DATABASE_URL"])
        replace(cluster, serve_config(layout, environment), chosen)
    except (RuntimeError, TimeoutError, httpx.HTTPError, SQLAlchemyError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    seconds = time.monotonic() - began
    console.print(f"New replicas serve: {', '.join(chosen)} ({seconds:.1f} s)")
