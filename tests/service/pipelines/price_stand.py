"""What the price pipeline reads in its tests: merchants and a products export over HTTP."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import uvicorn
from fastapi import FastAPI

from deployments.local.ports import free_port
from deployments.products.contract import (
    CategoryReference,
    ProductDetail,
    ProductImport,
    Variant,
)
from deployments.shared.pagination import Page
from deployments.shared.schemas import MoneySchema

_NAMESPACE = UUID("6b1c1a52-7f3a-4d39-9a34-0a9b7f2f6a11")
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def product_id(handle: str) -> UUID:
    return uuid5(_NAMESPACE, handle)


def detail_of(product: ProductImport) -> ProductDetail:
    """The product as the products service exports it."""
    path = [name.lower().replace(" & ", "-").replace(" ", "-") for name in product.category_names]
    return ProductDetail(
        id=product_id(product.handle),
        slug=product.slug or product.handle,
        title=product.title,
        description=product.description,
        brand=product.brand,
        category=CategoryReference(
            slug=path[-1], name=product.category_names[-1], path="/".join(path)
        )
        if path
        else None,
        attributes=product.attributes,
        tags=product.tags,
        status="published",
        images=[],
        variants=[
            Variant(
                id=uuid5(_NAMESPACE, variant.sku),
                sku=variant.sku,
                barcode=variant.barcode,
                options=variant.options,
                price=MoneySchema(amount=variant.price, currency="EUR"),
                available=variant.on_hand,
                position=position,
            )
            for position, variant in enumerate(product.variants)
        ],
        created_at=_LONG_AGO,
        updated_at=_LONG_AGO,
        version=1,
    )


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
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
