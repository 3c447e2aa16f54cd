"""The six services and the card provider as the store sees them, in memory.

For unit tests over ASGI, and to look at pages without the stack:
``python -m tests.unit.webapp.fake_api 21000``.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from deployments.shared.errors import DomainError, RateLimited
from tests.unit.webapp.fake_auth import auth_routes
from tests.unit.webapp.fake_catalogue import products_routes
from tests.unit.webapp.fake_checkout import cart_routes
from tests.unit.webapp.fake_desk import desk_routes
from tests.unit.webapp.fake_payments import payments_routes, provider_routes
from tests.unit.webapp.fake_reviews import reviews_routes
from tests.unit.webapp.fake_search import search_routes
from tests.unit.webapp.fake_world import World


def analytics_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/analytics")

    @router.post("/events", status_code=202)
    async def events(body: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
        world.events.extend(body["events"])
        return {"accepted": len(body["events"])}

    @router.get("/products/popular")
    async def popular(limit: int = 12) -> list[dict[str, Any]]:
        return [
            {"product_id": str(p.id), "title": p.title, "score": 1, "views": 3, "purchases": 1}
            for p in list(world.products.values())[:limit]
        ]

    return router


def create_fake_api(world: World) -> FastAPI:
    app = FastAPI()
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]
    )

    @app.middleware("http")
    async def note(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        world.calls.append(f"{request.method} {request.url.path}")
        if request.url.path.split("/")[1] in world.down:
            return JSONResponse({"code": "down", "detail": "out of order"}, 503)
        return await call_next(request)

    @app.exception_handler(DomainError)
    async def problem(_: Request, error: DomainError) -> JSONResponse:
        body = {"code": error.code, "detail": error.detail, "status": error.status, **error.extra}
        wait = error.retry_after if isinstance(error, RateLimited) else 0
        return JSONResponse(body, error.status, {"Retry-After": str(wait)} if wait else None)

    for part in (
        auth_routes,
        desk_routes,
        reviews_routes,
        products_routes,
        search_routes,
        cart_routes,
        payments_routes,
        analytics_routes,
        provider_routes,
    ):
        app.include_router(part(world))
    return app


if __name__ == "__main__":
    import uvicorn

    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    api = create_fake_api(World(pictures=folder, settle_seconds=3.0))
    uvicorn.run(api, port=int(sys.argv[1]), log_level="warning")
