"""The real stack: Ray Serve behind HAProxy, PostgreSQL, Redis, sandbox, store, dashboards."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import psutil
import psycopg
import pytest

from deployments.local.layout import StackLayout
from deployments.local.ports import Ports
from deployments.local.postgres import service_url
from deployments.local.processes import left_behind
from deployments.local.ray_cluster import RayCluster
from deployments.local.secrets_store import load_or_create
from deployments.local.services import application_states
from deployments.shared.settings import SERVICES
from tests.stack_fixture import MERCATO, Stack

# The start of the stack has a limit of its own.
pytestmark = [pytest.mark.stack, pytest.mark.timeout(300, func_only=True)]

PREFIXES = {service: "/ai" if service == "search" else f"/{service}" for service in SERVICES}


def eventually(check: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)


def family(stack: Stack) -> list[psutil.Process]:
    """Every process of the stack: those that carry its mark and all they started."""
    found = {process.pid: process for process in left_behind(stack.layout.identity)}
    supervisor = psutil.Process(stack.status()["pid"])
    for process in (supervisor, *supervisor.children(recursive=True)):
        found[process.pid] = process
    return list(found.values())


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_ready_and_documented_through_haproxy(stack: Stack, service: str) -> None:
    base = stack.layout.api(PREFIXES[service])
    assert httpx.get(f"{base}/ready", timeout=10).status_code == 200
    document = httpx.get(f"{base}/openapi.json", timeout=10).json()
    assert document["paths"]
    assert httpx.get(f"{base}/docs", timeout=10).status_code == 200


def test_serve_runs_the_six_applications(stack: Stack) -> None:
    token = load_or_create(stack.layout.data).ray_token
    states = application_states(RayCluster(stack.layout, token))
    assert {name: state for name, (state, _) in states.items()} == dict.fromkeys(
        SERVICES, "RUNNING"
    )


def test_nothing_listens_beyond_loopback(stack: Stack) -> None:
    open_to_others = []
    for process in family(stack):
        try:
            connections = process.net_connections(kind="tcp")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN:
                address = ipaddress.ip_address(connection.laddr.ip)
                mapped = getattr(address, "ipv4_mapped", None)
                if not (mapped or address).is_loopback:
                    open_to_others.append((process.name(), connection.laddr))
    assert open_to_others == []


def test_ray_takes_no_command_without_its_token(stack: Stack) -> None:
    url = f"http://127.0.0.1:{stack.layout.ports.ray_dashboard}/api/serve/applications/"
    assert httpx.get(url, timeout=10).status_code in (401, 403)


def test_no_secret_is_in_a_log_or_in_arguments(stack: Stack) -> None:
    secrets = load_or_create(stack.layout.data)
    values = [
        *secrets.service_keys.values(),
        *secrets.database_passwords.values(),
        secrets.signing_key,
        secrets.pepper,
        secrets.pseudonym_secret,
        secrets.stripe_api_key,
        secrets.stripe_webhook_secret,
        secrets.metrics_token,
        secrets.ray_token,
    ]
    texts: dict[str, bytes] = {}
    for folder in (stack.layout.logs, stack.layout.runtime):
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix in {".log", ".out", ".err", ".cfg"}:
                texts[str(path)] = path.read_bytes()
    for process in family(stack):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            texts[f"arguments of {process.pid}"] = " ".join(process.cmdline()).encode()
    found = {name for name, text in texts.items() for value in values if value.encode() in text}
    assert found == set()


def test_a_service_can_open_no_other_services_database(stack: Stack) -> None:
    secrets = load_or_create(stack.layout.data)
    port = stack.layout.ports.postgres
    own = service_url(port, "cart", secrets.database_passwords["cart"])
    psycopg.connect(own.replace("+asyncpg", "")).close()
    other = service_url(
        port, "cart", secrets.database_passwords["cart"], database="mercato_payments"
    )
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(other.replace("+asyncpg", ""))
    admin = service_url(port, "cart", secrets.database_passwords["cart"], database="postgres")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(admin.replace("+asyncpg", ""))


def test_starting_again_shows_the_running_store(stack: Stack) -> None:
    before = stack.status()["pid"]
    again = stack.mercato("up")
    assert again.returncode == 0
    assert "Already running" in again.stdout
    assert stack.layout.store_url in again.stdout
    assert json.loads(stack.mercato("status", "--json").stdout)["pid"] == before


def test_a_second_store_on_taken_ports_says_who_holds_them(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("second")
    started = stack.mercato(
        "up", "--detach", "--data", str(other), "--port-base", str(stack.layout.ports.store)
    )
    assert started.returncode == 1
    assert f"port {stack.layout.ports.postgres} is taken by process" in started.stderr
    assert "--port-base" in started.stderr
    status = stack.mercato("status", "--json", "--data", str(other))
    assert status.returncode == 3


def test_commands_say_so_when_no_store_runs(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = str(tmp_path_factory.mktemp("none"))
    answer = stack.mercato("--data", elsewhere, "prices", "run")
    assert answer.returncode == 3
    assert "mercato up" in answer.stderr
    assert stack.mercato("--data", elsewhere, "import", "products", "--help").returncode == 0


def test_doctor_finds_the_running_store_healthy(stack: Stack) -> None:
    answer = stack.mercato("doctor")
    assert answer.returncode == 0, answer.stdout


def test_pipelines_run_again_without_changing_the_figures(stack: Stack) -> None:
    for job in (("prices", "run"), ("analytics", "run"), ("index", "build")):
        answer = stack.mercato(*job)
        assert answer.returncode == 0, answer.stdout + answer.stderr
    found = httpx.get(
        stack.layout.api("/ai/search"), params={"query": "insulated bottle"}, timeout=10
    ).json()
    assert found["mode"] == "hybrid"
    assert found["items"]


def test_client_headers_do_not_steer_ray(stack: Stack) -> None:
    """With the header passed on, Serve would end the request after a microsecond."""
    answer = httpx.get(
        stack.layout.api("/products?limit=50"),
        headers={"x-request-timeout-seconds": "0.000001"},
        timeout=10,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("part", ["redis", "sandbox", "store"])
def test_a_part_that_dies_comes_back(stack: Stack, part: str) -> None:
    child = stack.status()["children"][part]
    os.kill(child["pid"], signal.SIGKILL)

    def back() -> bool:
        now = stack.status()["children"][part]
        return now["status"] == "running" and now["pid"] != child["pid"]

    eventually(back)
    assert stack.status()["children"][part]["restarts"] == child["restarts"] + 1


def test_services_survive_a_killed_postgresql(stack: Stack) -> None:
    child = stack.status()["children"]["postgres"]
    os.kill(child["pid"], signal.SIGKILL)
    eventually(lambda: stack.status()["children"]["postgres"]["pid"] != child["pid"])
    for prefix in PREFIXES.values():
        url = stack.layout.api(f"{prefix}/ready")
        eventually(lambda url=url: httpx.get(url, timeout=10).status_code == 200)


def test_a_killed_supervisor_leaves_nothing_that_down_does_not_end(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("killed")
    layout = StackLayout(data.resolve(), Ports.from_base(29500))
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        env={"MERCATO_STACK": layout.identity},
        start_new_session=True,
    )
    answer = subprocess.run([MERCATO, "down", "--data", str(data)], capture_output=True, text=True)
    assert answer.returncode == 0
    assert "1 processes left by a killed stack" in answer.stdout
    assert orphan.wait(timeout=5) is not None
