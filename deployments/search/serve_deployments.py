"""What Ray Serve says of the search service's deployments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ray import serve
from ray.serve.context import _get_global_client

from deployments.search.application.live_ports import DeploymentState


async def deployments() -> list[DeploymentState]:
    """Of the application that this replica belongs to, as its controller has them."""
    application = serve.get_replica_context().app_name
    # Waits for the controller, which may be busy.
    details = await asyncio.wait_for(asyncio.to_thread(_details), timeout=2)
    found = details["applications"][application]["deployments"]
    return [_state(name, deployment) for name, deployment in found.items()]


def _details() -> dict[str, Any]:
    client = _get_global_client()
    assert client is not None  # noqa: S101 - it raises where nothing runs
    details: dict[str, Any] = client.get_serve_details()
    return details


def _state(name: str, deployment: Mapping[str, Any]) -> DeploymentState:
    config = deployment["deployment_config"]
    scaling = config.get("autoscaling_config") or {}
    states = [str(getattr(r["state"], "value", r["state"])) for r in deployment["replicas"]]
    settings = config.get("user_config") or {}
    return DeploymentState(
        name=name,
        status=str(getattr(deployment["status"], "value", deployment["status"])),
        running=states.count("RUNNING"),
        starting=states.count("STARTING"),
        target=deployment.get("target_num_replicas"),
        min_replicas=scaling.get("min_replicas"),
        max_replicas=scaling.get("max_replicas"),
        target_ongoing=scaling.get("target_ongoing_requests"),
        max_ongoing=config.get("max_ongoing_requests"),
        settings={k: float(v) for k, v in settings.items() if isinstance(v, int | float)},
    )
