"""The ports of a stack, and who holds a taken one."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import asdict, dataclass, fields

import psutil


@dataclass(frozen=True)
class Ports:
    """Every port the stack listens on, all on loopback. The defaults are the documented ones."""

    store: int = 3000
    dashboards: int = 8501
    api: int = 8000
    sandbox: int = 8090
    smtp: int = 8025
    postgres: int = 5439
    redis: int = 6390
    ray: int = 6399
    ray_dashboard: int = 8265
    ray_client: int = 10001
    ray_agent: int = 52365
    ray_agent_grpc: int = 52366
    ray_runtime_env: int = 52367
    ray_metrics: int = 52368
    haproxy_stats: int = 8404
    haproxy_metrics: int = 9101
    serve_proxy: int = 8500
    serve_grpc_proxy: int = 9500
    # First of 100 ports of replicas each; Serve picks free ones inside.
    replicas: int = 30000
    replicas_grpc: int = 40000

    @classmethod
    def from_base(cls, base: int) -> Ports:
        """Consecutive ports from ``base``, then two ranges of 100 for replicas."""
        names = [field.name for field in fields(cls)]
        ports = {name: base + index for index, name in enumerate(names)}
        return cls(**ports | {"replicas": base + 100, "replicas_grpc": base + 200})

    def fixed(self) -> dict[str, int]:
        """The ports that must be free before the stack starts, by name."""
        ports: dict[str, int] = asdict(self)
        return {name: p for name, p in ports.items() if not name.startswith("replicas")}


def free_port() -> int:
    """A port free at this moment on loopback."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """Who listens on ``port``: 'process 123 (nginx)', or 'another process' when hidden."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return "another process"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,):
            if connection.pid is None:
                break
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.NoSuchProcess:
                break
    return "another process"


def taken(ports: Ports) -> dict[str, str]:
    """Name of each taken port → 'port 8000 is taken by …'."""
    return {
        name: f"port {port} is taken by {holder(port)}"
        for name, port in ports.fixed().items()
        if not is_free(port)
    }
