"""For Mercato's other services only."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from deployments.products.application.commit_reservation import CommitReservation
from deployments.products.application.export_products import ExportProducts
from deployments.products.application.read_reviews import ReadReviews
from deployments.products.application.read_snapshots import ReadSnapshots
from deployments.products.application.release_reservation import ReleaseReservation
from deployments.products.application.reserve_stock import ReserveStock
from deployments.products.application.restock_refund import RestockRefund
from deployments.products.contract import (
    ProductDetail,
    Reservation,
    ReservationRequest,
    Restock,
    RestockRequest,
    SnapshotRequest,
    VariantSnapshot,
)
from deployments.products.domain.reservation import Line
from deployments.products.presentation import parsing, presenters, review_presenters
from deployments.shared.authentication import require_service
from deployments.shared.pagination import Cursor, Limit, Page, encode_cursor
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import Principal

router = APIRouter(prefix="/internal", tags=["internal"])

Orders = Annotated[Principal, Depends(require_service("cart"))]


@router.get("/products", dependencies=[Depends(require_service(OPERATOR, "search"))])
async def export(
    request: Request, limit: Limit = 100, cursor: Cursor = None
) -> Page[ProductDetail]:
    """Every published product in full."""
    use_case: ExportProducts = request.app.state.export_products
    found = await use_case(parsing.export_key(cursor), limit)
    return Page(
        items=[presenters.detail(item, request.app.state.media_url) for item in found.items],
        next_cursor=encode_cursor(*found.next_key) if found.next_key else None,
    )


@router.put("/snapshots", dependencies=[Depends(require_service("cart", OPERATOR))])
async def snapshots(body: SnapshotRequest, request: Request) -> list[VariantSnapshot]:
    """Price and stock of variants now. A PUT that only reads: the list may be long."""
    use_case: ReadSnapshots = request.app.state.read_snapshots
    found = await use_case(set(body.variant_ids))
    return [presenters.snapshot(item, request.app.state.media_url) for item in found]


@router.put("/reservations")
async def reserve(body: ReservationRequest, request: Request, principal: Orders) -> Reservation:
    """Hold stock for an order: all lines or none; the same order again is a no-op."""
    use_case: ReserveStock = request.app.state.reserve_stock
    lines = [Line(line.variant_id, line.quantity) for line in body.lines]
    return Reservation.model_validate(await use_case(body.order_id, lines))


@router.put("/reservations/{order_id}/commit")
async def commit(order_id: UUID, request: Request, principal: Orders) -> Reservation:
    """The order is paid: what it holds leaves the stock."""
    use_case: CommitReservation = request.app.state.commit_reservation
    return Reservation.model_validate(await use_case(order_id, parsing.actor(principal)))


@router.put("/reservations/{order_id}/release")
async def release(order_id: UUID, request: Request, principal: Orders) -> Reservation:
    """Give back what an order holds; an unknown order can't reserve any more afterwards."""
    use_case: ReleaseReservation = request.app.state.release_reservation
    return Reservation.model_validate(await use_case(order_id))


@router.put("/restocks/{refund_id}")
async def restock(
    refund_id: UUID, body: RestockRequest, request: Request, principal: Orders
) -> Restock:
    """Put back on sale what a refund returns; the same refund again is a no-op."""
    use_case: RestockRefund = request.app.state.restock_refund
    lines = [Line(line.variant_id, line.quantity) for line in body.lines]
    who = parsing.actor(principal)
    return Restock.model_validate(await use_case(refund_id, body.order_id, lines, who))


@router.get("/reviews/{user_id}", dependencies=[Depends(require_service("auth"))])
async def reviews_of_user(user_id: UUID, request: Request) -> dict[str, Any]:
    """All reviews of a user, for the export of their data."""
    use_case: ReadReviews = request.app.state.read_reviews
    return review_presenters.exported(await use_case.of_user(user_id))
