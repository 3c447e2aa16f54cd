"""New settings for replicas that run."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from deployments.local.services import tune


class Cluster:
    """Serve as it runs ``search`` and ``cart``; remembers what it is given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def request(self, method: str, *, json: Any = None, timeout: float = 5) -> httpx.Response:
        request = httpx.Request(method, "http://ray/")
        if method == "PUT":
            self.given = json
            return httpx.Response(200, request=request)
        running = {
            name: {"deployed_app_config": application(name, 1, revision="old")}
            for name in ("search", "cart")
        }
        return httpx.Response(200, json={"applications": running}, request=request)


def application(name: str, size: int, revision: str = "new") -> dict[str, Any]:
    return {
        "name": name,
        "runtime_env": {"env_vars": {"MERCATO_REVISION": revision}},
        "deployments": [{"name": name, "user_config": {"max_batch_size": size}}],
    }


def config(*names: str) -> dict[str, Any]:
    return {"applications": [application(name, 8) for name in names]}


def test_only_the_named_get_new_settings_and_all_keep_their_variables() -> None:
    cluster = Cluster()
    tune(cluster, config("cart", "search"), ["search"])  # type: ignore[arg-type]
    given = {app["name"]: json.dumps(app) for app in cluster.given["applications"]}
    assert '"max_batch_size": 8' in given["search"]
    assert '"max_batch_size": 1' in given["cart"]
    # Another revision would start the replicas anew.
    assert all('"old"' in app for app in given.values())


def test_what_is_not_deployed_cannot_be_tuned() -> None:
    with pytest.raises(RuntimeError, match="not deployed: auth"):
        tune(Cluster(), config("auth", "search"), ["auth"])  # type: ignore[arg-type]
