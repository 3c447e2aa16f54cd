"""Structured logs, request ids and Prometheus metrics of a service."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.shared.ids import new_id

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id and extra fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        entry.update({k: v for k, v in record.__dict__.items() if k not in _STANDARD})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(service: str, level: str, folder: str | None = None) -> None:
    """Send the logs of ``deployments`` as JSON lines to stderr, or to a file in ``folder``."""
    logger = logging.getLogger("deployments")
    handler: logging.Handler = (
        logging.FileHandler(Path(folder) / f"{service}.log", delay=True)
        if folder
        else logging.StreamHandler(sys.stderr)
    )
    handler.setFormatter(JsonFormatter(service))
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


class Metrics:
    """Requests and latency of one service, in a registry of its own. ``listeners`` hear of each
    answered request: method, route, status and seconds; ``in_progress`` are not answered yet."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mercato_http_requests",
            "Requests answered",
            ["service", "method", "route", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "mercato_http_request_seconds",
            "Time to answer",
            ["service", "method", "route"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
        )
        self.in_progress = 0
        self.listeners: list[Callable[[str, str, int, float], None]] = []
        self._service = service
        Gauge(
            "mercato_http_requests_in_progress",
            "Requests in work",
            ["service"],
            registry=self.registry,
        ).labels(service).set_function(lambda: self.in_progress)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(self._service, method, route, str(status)).inc()
        self.latency.labels(self._service, method, route).observe(seconds)
        for listener in self.listeners:
            listener(method, route, status, seconds)


class RequestContext:
    """ASGI middleware: request id in and out, one access log line, metrics."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._logger = logging.getLogger("deployments.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        identity = sent if _REQUEST_ID.match(sent) else str(new_id())
        token = request_id.set(identity)
        scope.setdefault("state", {})["request_id"] = identity
        started = time.perf_counter()
        status = 500
        self._metrics.in_progress += 1

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", identity.encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.in_progress -= 1
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.observe(scope["method"], route, status, seconds)
            self._logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                },
            )
            request_id.reset(token)
