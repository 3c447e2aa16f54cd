"""Coupons as merchants keep them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from deployments.cart.application.ports import CartUnitOfWork, Clock, UnitOfWorkFactory
from deployments.cart.domain.coupon import Coupon, Terms
from deployments.shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class CouponInUse:
    """``uses`` counts orders that are not rejected or cancelled."""

    coupon: Coupon
    uses: int


def _known(coupon: Coupon | None) -> Coupon:
    if coupon is None:
        raise NotFound("unknown_coupon", "there is no such coupon")
    return coupon


async def _uses(work: CartUnitOfWork, coupon: Coupon) -> int:
    return (await work.coupons.use_counts([coupon])).get(coupon.id, 0)


class ManageCoupons:
    def __init__(self, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def page(self, *, before: UUID | None, limit: int) -> list[CouponInUse]:
        """Newest first."""
        async with self._begin() as work:
            coupons = await work.coupons.page(before=before, limit=limit)
            counts = await work.coupons.use_counts(coupons)
        return [CouponInUse(coupon, counts.get(coupon.id, 0)) for coupon in coupons]

    async def one(self, coupon_id: UUID) -> CouponInUse:
        """Raises ``NotFound`` ``unknown_coupon``."""
        async with self._begin() as work:
            coupon = _known(await work.coupons.by_id(coupon_id))
            return CouponInUse(coupon, await _uses(work, coupon))

    async def create(self, terms: Terms) -> CouponInUse:
        """Raises ``Conflict`` ``coupon_code_taken``, by its constraint."""
        coupon = Coupon.create(terms, self._clock())
        async with self._begin() as work:
            await work.coupons.add(coupon)
            await work.commit()
        return CouponInUse(coupon, 0)

    async def change(self, coupon_id: UUID, terms: Terms) -> CouponInUse:
        """
        Raises:
            NotFound: ``unknown_coupon``.
            Conflict: ``coupon_in_use``, or ``coupon_code_taken`` by its constraint.
        """
        async with self._begin() as work:
            coupon = _known(await work.coupons.by_id(coupon_id, lock=True))
            uses = await _uses(work, coupon)
            coupon.change(terms, uses)
            await work.coupons.save(coupon)
            await work.commit()
        return CouponInUse(coupon, uses)

    async def delete(self, coupon_id: UUID) -> None:
        """One that has been used is kept but not active any more.

        Raises:
            NotFound: ``unknown_coupon``.
        """
        async with self._begin() as work:
            coupon = _known(await work.coupons.by_id(coupon_id, lock=True))
            if await _uses(work, coupon):
                coupon.deactivate()
                await work.coupons.save(coupon)
            else:
                await work.coupons.delete(coupon)
            await work.commit()
