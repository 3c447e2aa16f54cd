"""What the price pipeline reads in its tests: merchants and a products export over HTTP."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from deployments.local.ports import free_port
from deployments.products.contract import ProductDetail
from deployments.shared.pagination import Page


def export_app(products: Sequence[ProductDetail], page: int = 20) -> FastAPI:
    """The part of the products service that the pipeline reads; the cursor is a place."""
    app = FastAPI()

    @app.get("/products/internal/products")
    def export(cursor: int = 0, limit: int = 100) -> dict[str, Any]:
        size = min(limit, page)
        end = cursor + size
        after = str(end) if end < len(products) else None
        return Page[ProductDetail](items=list(products[cursor:end]), next_cursor=after).model_dump(
            mode="json"
        )

    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Address of ``app`` on a port of its own."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
