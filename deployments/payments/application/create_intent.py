"""Open the payment of an order: the row first, then the intent at Stripe."""

from __future__ import annotations

from uuid import UUID

from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.domain.payment import ORDER_CANCELLED, Payment
from deployments.shared.money import Money


class CreateIntent:
    def __init__(self, begin: UnitOfWorkFactory, ensure_intent: EnsureIntent) -> None:
        self._begin = begin
        self._ensure_intent = ensure_intent

    async def __call__(
        self, order_id: UUID, user_id: UUID, order_number: str, amount: Money
    ) -> Payment:
        """The one payment of the order; repeating the call gives the same.

        Raises ``Conflict`` for another amount or a cancelled order, ``Unavailable`` when Stripe
        does not answer: the row stays, and the next call or reconciliation goes on from it.
        """
        payment = await self._open(order_id, user_id, order_number, amount)
        return await self._ensure_intent(payment)

    async def _open(
        self, order_id: UUID, user_id: UUID, order_number: str, amount: Money
    ) -> Payment:
        async with self._begin() as work:
            await work.payments.lock_order(order_id)
            payment = await work.payments.by_order(order_id)
            if payment is not None:
                payment.check_same(user_id, amount)
                return payment
            if await work.payments.is_order_cancelled(order_id):
                raise ORDER_CANCELLED
            payment = Payment.of_order(order_id, user_id, order_number, amount)
            await work.payments.add(payment)
            await work.commit()
        return payment
