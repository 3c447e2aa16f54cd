"""See the coupon a cart has entered as it is at this moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from deployments.cart.application.ports import CartUnitOfWork
from deployments.cart.domain.coupon import EnteredCoupon, Uses, enter
from deployments.shared.money import Money


async def see_coupon(
    work: CartUnitOfWork,
    code: str,
    subtotal: Money,
    user_id: UUID | None,
    now: datetime,
    *,
    lock: bool = False,
) -> EnteredCoupon:
    """``lock``: no other checkout can use the coupon up before this transaction ends."""
    coupon = await work.coupons.by_code(code)
    if lock and coupon is not None and coupon.terms.is_limited:
        coupon = await work.coupons.by_id(coupon.id, lock=True)
    uses = await work.coupons.uses(coupon, user_id) if coupon is not None else Uses()
    return enter(code, coupon, subtotal, uses, now)
