"""The FastAPI application every service starts from: errors, limits, tokens, health, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from prometheus_client import generate_latest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.shared.authentication import optional_principal
from deployments.shared.database import SessionFactory, check_database, create_engine
from deployments.shared.database import create_session_factory as _sessions
from deployments.shared.error_responses import ConstraintErrors, install_error_handlers
from deployments.shared.errors import NotFound, Unauthenticated, Unavailable
from deployments.shared.http_client import RemoteProblem, ServiceHttp
from deployments.shared.http_limits import BodyLimit, SecurityHeaders
from deployments.shared.https_only import HttpsOnly
from deployments.shared.proxies import ForgetForwarded
from deployments.shared.rate_limit import RateLimiter, rate_limit
from deployments.shared.schemas import PROBLEM, Problem
from deployments.shared.settings import PlatformSettings, ServiceSettings
from deployments.shared.streams import end_tasks, run_forever
from deployments.shared.telemetry import Metrics, RequestContext, configure_logging
from deployments.shared.token_versions import AskAuth, PublishedVersions
from deployments.shared.tokens import (
    PublishedKeys,
    ServiceTokens,
    TokenVerifier,
    private_key,
    public_key,
)

_REDIS_SECONDS = 3.0
_READY_LIMIT = "1200/minute"

Check = Callable[[], Awaitable[None]]
Work = Callable[[], Awaitable[object]]

_PROBLEMS: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 401, 403, 404, 409, 413, 422, 429, 503), PROBLEM
)


@dataclass
class Platform:
    """What the lifespan of a service gets: open connections and where to hang things.

    ``call(name)`` gives the pooled client of another service with this service's own token.
    ``background`` holds (name, seconds between runs, work), run for the life of the replica.
    """

    settings: PlatformSettings
    engine: AsyncEngine
    sessions: SessionFactory
    redis: Redis
    call: Callable[[str], ServiceHttp]
    state: Any
    checks: dict[str, Check] = field(default_factory=dict)
    background: list[tuple[str, float, Work]] = field(default_factory=list)


Setup = Callable[[Platform], AbstractAsyncContextManager[None]]


def _health_router(service: str, metrics_token: str) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health", summary="Is the process alive?")
    async def health() -> dict[str, str]:
        return {"status": "ok", "service": service}

    @router.get(
        "/ready",
        summary="Do the parts this service needs answer?",
        dependencies=[Depends(rate_limit(_READY_LIMIT, by="address"))],
        responses={503: {"model": Problem, **PROBLEM}},
    )
    async def ready(request: Request) -> dict[str, Any]:
        checks: Mapping[str, Check] = request.app.state.checks
        failed = []
        for name, check in checks.items():
            try:
                await asyncio.wait_for(check(), timeout=3)
            except Exception:
                failed.append(name)
        if failed:
            raise Unavailable("not_ready", f"no answer from {', '.join(failed)}", failed=failed)
        return {"status": "ready", "checks": sorted(checks)}

    @router.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        sent = request.headers.get("authorization", "").encode()
        if not metrics_token or not compare_digest(sent, f"Bearer {metrics_token}".encode()):
            raise NotFound("not_found", "there is nothing here")
        return Response(
            generate_latest(request.app.state.metrics.registry), media_type="text/plain"
        )

    return router


def _service_caller(
    service: str, settings: PlatformSettings, own: ServiceSettings, stack: AsyncExitStack
) -> Callable[[str], ServiceHttp]:
    tokens = ServiceTokens(service, private_key(own.service_key.get_secret_value()))
    clients: dict[str, ServiceHttp] = {}

    def call(name: str) -> ServiceHttp:
        if name not in clients:
            client = ServiceHttp(
                name,
                getattr(settings, f"{name}_url"),
                authorization=lambda: tokens.for_audience(name),
            )
            stack.push_async_callback(client.aclose)
            clients[name] = client
        return clients[name]

    return call


def _verifier(
    service: str, settings: PlatformSettings, call: Callable[[str], ServiceHttp]
) -> TokenVerifier:
    async def fetch() -> Mapping[str, Any]:
        document: Mapping[str, Any] = await call("auth").request("GET", "/.well-known/jwks.json")
        return document

    keys = {name: public_key(value) for name, value in settings.service_public_keys.items()}
    return TokenVerifier(service, PublishedKeys(fetch), keys)


def _ask_auth(call: Callable[[str], ServiceHttp]) -> AskAuth:
    async def version(user_id: UUID) -> int:
        path = f"/internal/accounts/{user_id}/token-version"
        try:
            answer: Mapping[str, Any] = await call("auth").request("GET", path)
        except RemoteProblem as error:
            if error.code == "account_not_found":
                raise Unauthenticated(
                    "account_gone", "this account is gone; sign in again"
                ) from error
            raise Unavailable("auth_unavailable", "auth does not answer; try again") from error
        return int(answer["version"])

    return version


def _include(app: FastAPI, router: APIRouter, dependencies: list[Any]) -> None:
    """``include_router``, which refuses the path "": a collection's own below Serve's prefix."""
    others = APIRouter()
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path == "":
            app.router.add_api_route(
                "",
                route.endpoint,
                methods=route.methods,
                response_model=route.response_model,
                status_code=route.status_code,
                tags=route.tags,
                summary=route.summary,
                description=route.description,
                responses=route.responses,
                dependencies=[*dependencies, *route.dependencies],
                include_in_schema=route.include_in_schema,
                name=route.name,
            )
        else:
            others.routes.append(route)
    app.include_router(others, dependencies=dependencies)


def create_service_app(
    *,
    service: str,
    title: str,
    description: str,
    platform: PlatformSettings,
    settings: ServiceSettings,
    setup: Setup,
    routers: Sequence[APIRouter],
    constraints: ConstraintErrors | None = None,
    verifier: TokenVerifier | None = None,
    default_limit: str = "600/minute",
    max_body_bytes: int | None = None,
    unlimited_routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """An application with everything in place but the service's own routes and use cases.

    ``setup`` runs inside the lifespan with an open ``Platform``; it puts use cases on
    ``platform.state`` (the app's state), adds readiness checks and background work. Nothing is
    opened at import or construction. ``verifier`` replaces the token verifier (auth verifies
    with its own keys; tests). ``unlimited_routers`` are without ``default_limit`` and bring limits
    of their own (endpoints for machines).
    """
    configure_logging(service, platform.log_level, platform.log_folder)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            engine = create_engine(settings.database_url, pool_size=settings.database_pool_size)
            stack.push_async_callback(engine.dispose)
            redis = Redis.from_url(
                platform.redis_url,
                decode_responses=True,
                # Without, a Redis that hangs would hold every request. Longer than readers block.
                socket_timeout=_REDIS_SECONDS,
                socket_connect_timeout=_REDIS_SECONDS,
            )
            stack.push_async_callback(redis.aclose)
            call = _service_caller(service, platform, settings, stack)
            parts = Platform(platform, engine, _sessions(engine), redis, call, app.state)
            parts.checks["database"] = lambda: check_database(engine)
            app.state.checks = parts.checks
            app.state.token_verifier = verifier or _verifier(service, platform, call)
            app.state.token_versions = PublishedVersions(redis, _ask_auth(call))
            app.state.rate_limiter = (
                RateLimiter(platform.redis_url, service, platform.trusted_proxies)
                if platform.rate_limits_enabled
                else None
            )
            if app.state.rate_limiter is not None:
                stack.push_async_callback(app.state.rate_limiter.aclose)
            await stack.enter_async_context(setup(parts))
            tasks = [
                asyncio.create_task(run_forever(name, work, pause=pause), name=name)
                for name, pause, work in parts.background
            ]
            try:
                yield
            finally:
                await end_tasks(tasks)

    docs = not platform.is_production
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=lifespan,
        responses=_PROBLEMS,
        docs_url="/docs" if docs else None,
        redoc_url=None,
        openapi_url="/openapi.json" if docs else None,
    )
    app.state.metrics = Metrics(service)
    install_error_handlers(app, constraints)
    app.include_router(_health_router(service, platform.metrics_token.get_secret_value()))
    for router in routers:
        _include(app, router, [Depends(optional_principal), Depends(rate_limit(default_limit))])
    for router in unlimited_routers:
        app.include_router(router)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes or platform.max_body_bytes)
    if platform.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=platform.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Cart-Token"],
        )
    if platform.is_production:
        app.add_middleware(HttpsOnly, trusted_proxies=platform.trusted_proxies)
    app.add_middleware(SecurityHeaders, production=platform.is_production)
    if secret := platform.proxy_secret.get_secret_value():
        app.add_middleware(ForgetForwarded, secret=secret)
    app.add_middleware(RequestContext, metrics=app.state.metrics)
    return app
