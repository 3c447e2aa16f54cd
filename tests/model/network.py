"""Calls between services: requests and answers that get lost, come late or outlive their caller.

The services' own clients and ``ServiceHttp`` (with its repeats) run on top of this; only the HTTP
client below them is replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError

from deployments.shared.errors import DomainError
from deployments.shared.http_client import ServiceHttp
from tests.model.memory_database import ConstraintViolated
from tests.model.scheduler import Point, Process, Run, Scheduler, is_expected


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    params: Mapping[str, Any]
    content: str


@dataclass(frozen=True)
class Answer:
    """What ``ServiceHttp`` looks at in a response."""

    status_code: int
    content: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return self.status_code < 400

    def json(self) -> Any:
        return json.loads(self.content)


Server = Callable[[Request], Awaitable[Any]]
_READS = ("GET /internal/outbox", "PUT /internal/snapshots")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(eq=False)
class Exchange:
    """One try of a call. ``run`` is the handler at work in the other service."""

    label: str
    service: str
    request: Request
    reply: Any
    run: Run | None = None


class Network:
    """``server_of`` picks the replica of a service that gets the next request."""

    def __init__(
        self, scheduler: Scheduler, server_of: Callable[[str], tuple[Process, Server]]
    ) -> None:
        self._scheduler = scheduler
        self._server_of = server_of
        # Sent, but their callers have given up; each may still arrive.
        self.wandering: list[Exchange] = []
        self.executing: list[Exchange] = []
        self.surprises: list[BaseException] = []

    def client(self, caller: Process, service: str) -> ServiceHttp:
        return _ServiceHttp(service, _Connection(self, caller, service))

    async def exchange(self, caller: Process, service: str, request: Request) -> Answer:
        path = _ID.sub("{id}", request.path)
        label = f"{caller.service} calls {service} {request.method} {path}"
        exchange = Exchange(label, service, request, self._scheduler.loop.create_future())

        def outcomes(point: Point) -> dict[str, Callable[[], object]]:
            return {
                "done": lambda: (point.go_on(), self.arrive(exchange)),
                "request lost": lambda: point.fail(httpx.ConnectError("refused")),
                "request late": lambda: (
                    self.wandering.append(exchange),
                    point.fail(httpx.ReadTimeout("slow")),
                ),
            }

        direct = label.endswith(_READS) and self._scheduler.passes_by()
        if direct:
            self._begin(exchange, self._scheduler.begin)
        else:
            await self._scheduler.pause(
                caller, "call", label, lambda: self.arrive(exchange), outcomes
            )
        self.executing.append(exchange)
        try:
            response: Answer = await exchange.reply
        finally:
            self.executing.remove(exchange)
        if direct:
            return response
        await self._scheduler.pause(
            caller,
            "answer",
            f"{label}, answer",
            lambda: None,
            lambda point: {
                "done": point.go_on,
                "answer lost": lambda: point.fail(httpx.ReadError("reset")),
            },
        )
        return response

    def arrive(self, exchange: Exchange) -> None:
        self._begin(exchange, self._scheduler.start)

    def _begin(self, exchange: Exchange, start: Callable[..., Run]) -> None:
        process, serve = self._server_of(exchange.service)
        exchange.run = start(
            f"serve {exchange.label}",
            process,
            respond(serve, exchange.request),
            on_end=lambda run: self._reply(exchange, run),
        )

    def arrive_late(self, exchange: Exchange) -> None:
        self.wandering.remove(exchange)
        self.arrive(exchange)

    def time_out(self, exchange: Exchange, *, cancel: bool) -> None:
        """The caller gives up. The handler goes on, or is cancelled as on a disconnect."""
        if not exchange.reply.done():
            exchange.reply.set_exception(httpx.ReadTimeout("slow"))
        if cancel and exchange.run is not None:
            exchange.run.task.cancel()

    def _reply(self, exchange: Exchange, run: Run) -> None:
        if run.error is not None and not is_expected(run.error):
            self.surprises.append(run.error)
        if exchange.reply.done():
            return
        if run.error is None:
            exchange.reply.set_result(run.task.result())
        else:
            exchange.reply.set_exception(httpx.RemoteProtocolError("server disconnected"))


async def respond(serve: Server, request: Request) -> Answer:
    """The answer as the service's error handlers would make it of an error."""
    try:
        return Answer(200, json.dumps(await serve(request)))
    except DomainError as error:
        problem = {"code": error.code, "detail": error.detail, **error.extra}
        wait = str(getattr(error, "retry_after", ""))
        return Answer(error.status, json.dumps(problem), {"Retry-After": wait})
    except ConstraintViolated as error:
        return _problem(409, "conflict", error.name)
    except DBAPIError:
        return _problem(503, "database_unavailable", "try again")


def _problem(status: int, code: str, detail: str) -> Answer:
    return Answer(status, json.dumps({"code": code, "detail": detail}))


class _ServiceHttp(ServiceHttp):
    def __init__(self, service: str, connection: Any) -> None:
        self._name = service
        self._base_url = ""
        self._authorization = lambda: None
        self._client = connection


class _Connection:
    """In the place of the ``httpx`` client under ``ServiceHttp``."""

    def __init__(self, network: Network, caller: Process, service: str) -> None:
        self._network = network
        self._caller = caller
        self._service = service

    async def request(self, method: str, url: str, **sent: Any) -> Answer:
        request = Request(method, url, sent["params"], json.dumps(sent["json"]))
        return await self._network.exchange(self._caller, self._service, request)
