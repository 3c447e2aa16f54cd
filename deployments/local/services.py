"""Deploying the six services to a Ray cluster from ``serve_config.yaml``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import yaml

from deployments.local.environment import StackEnvironment
from deployments.local.layout import REPOSITORY, StackLayout
from deployments.local.ray_cluster import RayCluster
from deployments.shared.settings import SERVICES

_PREFIX = {"search": "/ai"}


def serve_config(layout: StackLayout, environment: StackEnvironment) -> dict[str, Any]:
    """``serve_config.yaml`` with this stack's port and each service's own variables."""
    config: dict[str, Any] = yaml.safe_load((REPOSITORY / "serve_config.yaml").read_text())
    config["http_options"] |= {"host": "127.0.0.1", "port": layout.ports.api}
    for application in config["applications"]:
        variables = environment.platform() | environment.service(application["name"])
        application.setdefault("runtime_env", {}).setdefault("env_vars", {}).update(variables)
    return config


def deploy(cluster: RayCluster, config: dict[str, Any]) -> None:
    """Hand the configuration to Serve, which starts or changes the applications."""
    answer = cluster.request("PUT", json=config, timeout=120)
    if answer.is_error:
        raise RuntimeError(f"Ray Serve refused serve_config.yaml: {answer.text.strip()[-600:]}")


def application_states(cluster: RayCluster) -> dict[str, tuple[str, str]]:
    """Name → (status, message) as Serve sees it; empty when Ray does not answer."""
    try:
        details = cluster.request("GET").json()
    except (httpx.HTTPError, ValueError):
        return {}
    return {
        name: (application["status"], application.get("message", ""))
        for name, application in details.get("applications", {}).items()
    }


def is_ready(layout: StackLayout, service: str) -> bool:
    """Whether the service answers /ready through HAProxy."""
    prefix = _PREFIX.get(service, f"/{service}")
    try:
        return httpx.get(layout.api(f"{prefix}/ready"), timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def wait_until_ready(
    layout: StackLayout,
    cluster: RayCluster,
    stopping: Callable[[], bool],
    report: Callable[[str], None],
    *,
    timeout: float = 180,
) -> None:
    """Wait for all six. ``report`` is told how many are ready.

    Raises:
        RuntimeError: an application failed to deploy, with Serve's message.
        TimeoutError: naming the services that do not answer.
    """
    waiting = set(SERVICES)
    until = time.monotonic() + timeout
    while waiting:
        waiting -= {service for service in waiting if is_ready(layout, service)}
        report(f"{len(SERVICES) - len(waiting)} of {len(SERVICES)} ready")
        if not waiting:
            return
        for name, (status, message) in application_states(cluster).items():
            if status == "DEPLOY_FAILED":
                reason = (message.strip().splitlines() or ["no reason given"])[-1]
                raise RuntimeError(f"{name} was not deployed: {reason}; see Ray's dashboard")
        if stopping():
            raise InterruptedError("stopping")
        if time.monotonic() > until:
            raise TimeoutError(f"no answer from {', '.join(sorted(waiting))}")
        time.sleep(0.3)
