"""Deploying the six services to a Ray cluster from ``serve_config.yaml``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
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
        for deployment in application["deployments"]:
            # On one machine more replicas than cores only cost memory.
            scaling = deployment["autoscaling_config"]
            scaling["max_replicas"] = min(scaling["max_replicas"], max(2, os.cpu_count() or 1))
    return config


def deploy(cluster: RayCluster, config: dict[str, Any]) -> None:
    """Hand the configuration to Serve, which starts or changes the applications."""
    answer = cluster.request("PUT", json=config, timeout=120)
    if answer.is_error:
        raise RuntimeError(f"Ray Serve refused serve_config.yaml: {answer.text.strip()[-600:]}")


def redeploy(cluster: RayCluster, config: dict[str, Any], names: Collection[str]) -> None:
    """Start ``names`` anew as ``config`` has them; the others stay as they run.

    Serve starts the new replicas beside the old ones. The revision makes new processes even
    where only the code has changed.

    Raises:
        RuntimeError: Serve refused the configuration, or a new version did not start; the old
            one goes on serving.
        TimeoutError: it takes too long.
    """
    running = _details(cluster)["applications"]
    revision = datetime.now(UTC).isoformat(timespec="seconds")
    applications = []
    for application in config["applications"]:
        name = application["name"]
        if name in names:
            application["runtime_env"]["env_vars"]["MERCATO_REVISION"] = revision
            applications.append(application)
        else:
            applications.append(running[name]["deployed_app_config"])
    old = {name: replicas(running[name]) for name in names}
    deploy(cluster, config | {"applications": applications})
    _wait_until_replaced(cluster, old)


def tune(cluster: RayCluster, config: dict[str, Any], names: Collection[str]) -> None:
    """Give the running replicas of ``names`` the settings of their deployments in ``config``.

    Their code and variables stay, so that Serve keeps the replicas, unless what an actor gets
    (``ray_actor_options``) has changed.

    Raises:
        RuntimeError: Serve refused the configuration, or does not run one of ``names``.
    """
    running = _details(cluster)["applications"]
    if missing := sorted(set(names) - running.keys()):
        raise RuntimeError(f"not deployed: {', '.join(missing)}")
    deploy(cluster, config | {"applications": tuned(running, config, names)})


def tuned(
    running: dict[str, Any], config: dict[str, Any], names: Collection[str]
) -> list[dict[str, Any]]:
    """The running applications, those of ``names`` with the deployments of ``config``."""
    applications = []
    for application in config["applications"]:
        name = application["name"]
        if name in running:
            now = running[name]["deployed_app_config"]
            changed = {"deployments": application["deployments"]} if name in names else {}
            applications.append(now | changed)
    return applications


def replicas(application: dict[str, Any]) -> dict[str, int]:
    """Replica id → process id of an application's replicas that take requests."""
    return {
        replica["replica_id"]: replica["pid"]
        for deployment in application["deployments"].values()
        for replica in deployment["replicas"]
        if replica["state"] == "RUNNING" and replica.get("pid")
    }


def _wait_until_replaced(
    cluster: RayCluster, old: dict[str, dict[str, int]], *, timeout: float = 240
) -> None:
    until = time.monotonic() + timeout
    waiting = set(old)
    while waiting:
        applications = _details(cluster)["applications"]
        for name in sorted(waiting):
            application = applications[name]
            if application["status"] == "DEPLOY_FAILED":
                raise RuntimeError(f"{name} was not deployed: {last_line(application['message'])}")
            if application["status"] == "RUNNING" and not old[name].keys() & replicas(application):
                waiting.discard(name)
        if time.monotonic() > until:
            raise TimeoutError(f"not replaced after {timeout:.0f} s: {', '.join(sorted(waiting))}")
        time.sleep(0.3)


def _details(cluster: RayCluster) -> dict[str, Any]:
    details: dict[str, Any] = cluster.request("GET", timeout=30).raise_for_status().json()
    return details


def last_line(message: str) -> str:
    return (message.strip().splitlines() or ["no reason given"])[-1]


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
                reason = last_line(message)
                raise RuntimeError(f"{name} was not deployed: {reason}; see Ray's dashboard")
        if stopping():
            raise InterruptedError("stopping")
        if time.monotonic() > until:
            raise TimeoutError(f"no answer from {', '.join(sorted(waiting))}")
        time.sleep(0.3)
