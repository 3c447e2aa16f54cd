"""Stock, for merchants: levels, corrections with their reason, history, what runs low."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request

from deployments.products.application.adjust_stock import AdjustStock
from deployments.products.application.count_stock import CountStock
from deployments.products.application.read_stock import ReadStock
from deployments.products.application.set_low_stock import SetLowStock
from deployments.products.contract import (
    LowStock,
    LowStockThreshold,
    StockAdjustment,
    StockCount,
    StockLevel,
    StockMovement,
)
from deployments.products.presentation import parsing
from deployments.products.presentation.merchant_routes import Merchant
from deployments.shared.pagination import Cursor, Limit, Page, encode_cursor

router = APIRouter(tags=["stock"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key again counts once; kept for a week",
    ),
]


@router.get("/stock/low")
async def low(
    request: Request,
    principal: Merchant,
    threshold: Annotated[
        int | None, Query(ge=0, le=1_000_000, description="in place of the shop's own")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[LowStock]:
    """Variants to order more of, least available first; archived products are left out."""
    use_case: ReadStock = request.app.state.read_stock
    found = await use_case.low(threshold, parsing.low_stock_key(cursor), limit)
    return Page(
        items=[LowStock.model_validate(item) for item in found.items],
        next_cursor=encode_cursor("low", *found.next_key) if found.next_key else None,
    )


@router.get("/{product_id}/stock")
async def levels(product_id: UUID, request: Request, principal: Merchant) -> list[StockLevel]:
    """What there is of each variant, and what of it is reserved."""
    use_case: ReadStock = request.app.state.read_stock
    return [StockLevel.model_validate(level) for level in await use_case.levels(product_id)]


@router.post("/{product_id}/variants/{variant_id}/stock")
async def adjust(
    *,
    product_id: UUID,
    variant_id: UUID,
    body: StockAdjustment,
    request: Request,
    principal: Merchant,
    idempotency_key: IdempotencyKey = None,
) -> StockLevel:
    """Add to what is on hand (or take away) and keep the reason on record."""
    use_case: AdjustStock = request.app.state.adjust_stock
    who = parsing.actor(principal)
    stock = await use_case(
        product_id, variant_id, body.delta, reason=body.reason, actor=who, key=idempotency_key
    )
    return await _level(request, product_id, variant_id, stock.on_hand, stock.reserved)


@router.put("/{product_id}/variants/{variant_id}/stock")
async def count(
    product_id: UUID, variant_id: UUID, body: StockCount, request: Request, principal: Merchant
) -> StockLevel:
    """Set what is on hand after a stock-take; 409 when it is not `expected` any more."""
    use_case: CountStock = request.app.state.count_stock
    stock = await use_case(
        product_id,
        variant_id,
        on_hand=body.on_hand,
        expected=body.expected,
        reason=body.reason,
        actor=parsing.actor(principal),
    )
    return await _level(request, product_id, variant_id, stock.on_hand, stock.reserved)


async def _level(
    request: Request, product_id: UUID, variant_id: UUID, on_hand: int, reserved: int
) -> StockLevel:
    """The level a change led to, which may not be the latest any more."""
    use_case: ReadStock = request.app.state.read_stock
    level = await use_case.level(product_id, variant_id)
    return StockLevel(
        variant_id=variant_id,
        on_hand=on_hand,
        reserved=reserved,
        available=on_hand - reserved,
        low_stock_at=level.low_stock_at,
    )


@router.put("/{product_id}/variants/{variant_id}/low-stock")
async def set_low_stock(
    product_id: UUID,
    variant_id: UUID,
    body: LowStockThreshold,
    request: Request,
    principal: Merchant,
) -> StockLevel:
    """Say at how many units a variant is low; null: at the shop's own threshold."""
    use_case: SetLowStock = request.app.state.set_low_stock
    return StockLevel.model_validate(await use_case(product_id, variant_id, body.low_stock_at))


@router.get("/{product_id}/variants/{variant_id}/movements")
async def movements(
    *,
    product_id: UUID,
    variant_id: UUID,
    request: Request,
    principal: Merchant,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StockMovement]:
    """Every change of what is on hand, newest first: their sum is what is there."""
    use_case: ReadStock = request.app.state.read_stock
    after = parsing.movement_key(cursor)
    found = await use_case.movements(product_id, variant_id, after, limit)
    return Page(
        items=[StockMovement.model_validate(item) for item in found.items],
        next_cursor=encode_cursor("movements", *found.next_key) if found.next_key else None,
    )
