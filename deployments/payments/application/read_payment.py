"""Read a payment; somebody else's does not exist."""

from __future__ import annotations

from uuid import UUID

from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import NotFound


class ReadPayment:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def by_id(self, payment_id: UUID, owner: UUID | None) -> Payment:
        """``owner`` None: any payment, for Mercato's own services. Raises ``NotFound``."""
        async with self._begin() as work:
            payment = await work.payments.by_id(payment_id)
        return _owned(payment, owner)

    async def by_order(self, order_id: UUID, owner: UUID | None) -> Payment:
        async with self._begin() as work:
            payment = await work.payments.by_order(order_id)
        return _owned(payment, owner)


def _owned(payment: Payment | None, owner: UUID | None) -> Payment:
    if payment is None or (owner is not None and payment.user_id != owner):
        raise NotFound("payment_not_found", "there is no such payment")
    return payment
