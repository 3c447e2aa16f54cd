"""The parts of the stack and how each is started: the architecture diagram as code."""

from __future__ import annotations

import signal
import sys

import httpx

from deployments.local.environment import StackEnvironment
from deployments.local.layout import REPOSITORY, StackLayout
from deployments.local.postgres import EmbeddedPostgres
from deployments.local.processes import ChildSpec
from deployments.local.ray_cluster import RayCluster
from deployments.local.redis_server import EmbeddedRedis


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def parts(
    layout: StackLayout,
    environment: StackEnvironment,
    postgres: EmbeddedPostgres,
    redis: EmbeddedRedis,
    ray: RayCluster,
) -> dict[str, ChildSpec]:
    """Every child process by name, in the order in which they are stopped last to first."""
    base = environment.base()
    application = base | environment.platform() | {"PYTHONPATH": str(REPOSITORY)}
    specs = [
        ChildSpec(
            "postgres",
            "PostgreSQL",
            postgres.command,
            base,
            postgres.is_ready,
            layout.data,
            user=postgres.user,
            # Fast shutdown: does not wait for connections to end by themselves.
            stop_signal=signal.SIGINT,
            stop_seconds=20,
        ),
        ChildSpec("redis", "Redis", redis.command, base, redis.is_ready, layout.data),
        ChildSpec(
            "sandbox",
            "Sandbox",
            lambda: [sys.executable, "-m", "deployments.sandbox"],
            application | environment.sandbox(),
            lambda: _answers(f"{layout.sandbox_url}/health"),
            REPOSITORY,
        ),
        ChildSpec(
            "ray",
            "Ray",
            ray.command,
            base | ray.environment(),
            ray.is_ready,
            layout.data,
            stop_seconds=1.5,
            start_seconds=180,
            tree=True,
        ),
        ChildSpec(
            "dashboards",
            "Dashboards",
            lambda: _streamlit(layout),
            application,
            lambda: _answers(f"{layout.dashboards_url}/_stcore/health"),
            REPOSITORY / "dashboards",
            tree=True,
        ),
    ]
    return {spec.name: spec for spec in specs}


def _streamlit(layout: StackLayout) -> list[str]:
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        "--server.address=127.0.0.1",
        f"--server.port={layout.ports.dashboards}",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    ]
