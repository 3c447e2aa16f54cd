"""The products service behind the port ``Catalogue``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import NoReturn
from uuid import UUID

from deployments.cart.application.ports import RestockRefused, StockRefused
from deployments.cart.domain.offer import Offer
from deployments.cart.infrastructure.batches import Batches
from deployments.products.contract import (
    ProductsClient,
    ReservationLine,
    ReservationRequest,
    RestockRequest,
    VariantSnapshot,
)
from deployments.shared.errors import Unavailable
from deployments.shared.http_client import RemoteProblem

logger = logging.getLogger(__name__)

# A cart is looked at by a person who waits; it can be shown without live facts.
_OFFERS_SECONDS = 1.5
_MAX_SNAPSHOTS = 200
_NEVER_TAKEN_BACK = frozenset({"variant_not_found", "restock_differs", "restock_exceeds_sold"})
_NOTHING_HELD = frozenset({"insufficient_stock", "reservation_released"})
_UNAVAILABLE = "products does not answer; try again"


def _offer(snapshot: VariantSnapshot) -> Offer:
    return Offer(
        snapshot.variant_id,
        snapshot.product_id,
        snapshot.slug,
        snapshot.title,
        snapshot.sku,
        snapshot.options,
        snapshot.image_url,
        snapshot.price.to_money(),
        snapshot.available,
        snapshot.published,
    )


def _refused(call: str, error: RemoteProblem) -> NoReturn:
    """A refusal that no shopper can mend: tell the operator, try again later."""
    logger.error(
        "products refuses",
        extra={"call": call, "status": error.status, "code": error.code, "detail": error.detail},
    )
    raise Unavailable("products_unavailable", _UNAVAILABLE) from error


class ProductsGateway:
    """``patience``: how many seconds to wait for offers."""

    def __init__(self, client: ProductsClient, patience: float = _OFFERS_SECONDS) -> None:
        self._client = client
        self._patience = patience
        # When a hundred buyers come for one thing they ask products once.
        self._snapshots = Batches(self._fetch, size=_MAX_SNAPSHOTS, calls=2)

    async def offers(self, variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        if not variant_ids:
            return {}
        try:
            async with asyncio.timeout(self._patience):
                snapshots = await self._snapshots.get(variant_ids)
        except TimeoutError as error:
            raise Unavailable("products_unavailable", _UNAVAILABLE) from error
        except RemoteProblem as error:
            _refused("snapshots", error)
        return {identity: _offer(snapshot) for identity, snapshot in snapshots.items()}

    async def _fetch(self, variant_ids: list[UUID]) -> dict[UUID, VariantSnapshot]:
        snapshots = await self._client.snapshots(variant_ids)
        return {snapshot.variant_id: snapshot for snapshot in snapshots}

    async def reserve(self, order_id: UUID, quantities: Mapping[UUID, int]) -> None:
        lines = [
            ReservationLine(variant_id=variant_id, quantity=quantity)
            for variant_id, quantity in quantities.items()
        ]
        try:
            await self._client.reserve(ReservationRequest(order_id=order_id, lines=lines))
        except RemoteProblem as error:
            if error.code in _NOTHING_HELD:
                raise StockRefused(
                    error.code, error.detail, error.extra.get("lines", [])
                ) from error
            _refused("reserve", error)

    async def commit(self, order_id: UUID) -> None:
        try:
            await self._client.commit(order_id)
        except RemoteProblem as error:
            _refused("commit", error)

    async def release(self, order_id: UUID) -> None:
        try:
            await self._client.release(order_id)
        except RemoteProblem as error:
            _refused("release", error)

    async def restock(self, refund_id: UUID, order_id: UUID, lines: Mapping[UUID, int]) -> None:
        request = RestockRequest(
            order_id=order_id,
            lines=[
                ReservationLine(variant_id=variant_id, quantity=quantity)
                for variant_id, quantity in lines.items()
            ],
        )
        try:
            await self._client.restock(refund_id, request)
        except RemoteProblem as error:
            if error.code in _NEVER_TAKEN_BACK:
                raise RestockRefused(error.detail) from error
            _refused("restock", error)
