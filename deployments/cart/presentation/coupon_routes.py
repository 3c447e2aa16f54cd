"""The HTTP surface of coupons: a shopper's on the cart, and all of them for merchants."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, status

from deployments.cart.application.enter_coupon import EnterCoupon, RemoveCoupon
from deployments.cart.application.manage_coupons import ManageCoupons
from deployments.cart.contract import ApplyCouponRequest, CartView, Coupon, CouponRequest
from deployments.cart.domain.coupon import Kind, Terms, normal_code
from deployments.cart.presentation.cart_routes import CurrentShopper
from deployments.cart.presentation.paging import before_cursor
from deployments.cart.presentation.present import cart_view, coupon_view
from deployments.shared.authentication import require_roles
from deployments.shared.pagination import Cursor, Limit, Page, encode_cursor
from deployments.shared.rate_limit import rate_limit
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["coupons"])

_MERCHANTS = Depends(require_roles(MERCHANT))


def _manage(request: Request) -> ManageCoupons:
    use_case: ManageCoupons = request.app.state.manage_coupons
    return use_case


Manage = Annotated[ManageCoupons, Depends(_manage)]


# Codes must not be found by trying.
@router.put("/coupon", dependencies=[Depends(rate_limit("120/minute"))])
async def enter(body: ApplyCouponRequest, shopper: CurrentShopper, request: Request) -> CartView:
    """Put a coupon on the cart, in place of another."""
    use_case: EnterCoupon = request.app.state.enter_coupon
    return cart_view(await use_case(shopper, body.code))


@router.delete("/coupon")
async def remove(shopper: CurrentShopper, request: Request) -> CartView:
    """Take the coupon off the cart."""
    use_case: RemoveCoupon = request.app.state.remove_coupon
    return cart_view(await use_case(shopper))


@router.get("/coupons", dependencies=[_MERCHANTS])
async def coupons(use_case: Manage, limit: Limit = 20, cursor: Cursor = None) -> Page[Coupon]:
    """All coupons, newest first, with how often each is used."""
    found = await use_case.page(before=before_cursor(cursor), limit=limit + 1)
    shown = found[:limit]
    more = encode_cursor(shown[-1].coupon.id) if len(found) > limit else None
    return Page[Coupon](items=[coupon_view(seen) for seen in shown], next_cursor=more)


@router.post("/coupons", status_code=status.HTTP_201_CREATED, dependencies=[_MERCHANTS])
async def create(body: CouponRequest, use_case: Manage) -> Coupon:
    """Make a coupon; its code is new."""
    return coupon_view(await use_case.create(_terms(body)))


@router.get("/coupons/{coupon_id}", dependencies=[_MERCHANTS])
async def coupon(coupon_id: UUID, use_case: Manage) -> Coupon:
    """One coupon."""
    return coupon_view(await use_case.one(coupon_id))


@router.put("/coupons/{coupon_id}", dependencies=[_MERCHANTS])
async def change(coupon_id: UUID, body: CouponRequest, use_case: Manage) -> Coupon:
    """Set all terms of a coupon; code, kind and value only as long as it has not been used."""
    return coupon_view(await use_case.change(coupon_id, _terms(body)))


@router.delete(
    "/coupons/{coupon_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[_MERCHANTS]
)
async def delete(coupon_id: UUID, use_case: Manage) -> None:
    """Delete a coupon; one that has been used is kept, but not active any more."""
    await use_case.delete(coupon_id)


def _terms(body: CouponRequest) -> Terms:
    values = body.model_dump() | {"code": normal_code(body.code), "kind": Kind(body.kind)}
    return Terms(**values)
