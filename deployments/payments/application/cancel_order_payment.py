"""Cancel the payment of an order, unless the shopper has paid first."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.ports import (
    StripeGateway,
    StripeRefusal,
    UnitOfWorkFactory,
)
from deployments.payments.application.record_intent import RecordIntent, payment_event
from deployments.payments.domain.alarm import AlarmError, payment_alarm
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import Conflict, Invalid, NotFound, Unavailable

Outcome = Literal["cancelled", "succeeded", "unknown"]


class CancelOrderPayment:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        ensure_intent: EnsureIntent,
        stripe: StripeGateway,
        record: RecordIntent,
    ) -> None:
        self._begin = begin
        self._ensure_intent = ensure_intent
        self._stripe = stripe
        self._record = record

    async def __call__(self, order_id: UUID) -> Outcome:
        """``unknown``: Stripe does not answer or still works on it; keep the stock, ask again."""
        payment = await self._payment_or_tombstone(order_id)
        if payment is None:
            return "cancelled"
        try:
            # A row without an intent may have one at Stripe (its answer was lost): the fixed key
            # brings it to light, so that it can be cancelled.
            payment = await self._ensure_intent(payment)
            if not payment.is_final and payment.stripe_intent_id is not None:
                intent = await self._stripe.cancel_intent(payment.stripe_intent_id)
                payment = await self._record(payment, intent)
        except Invalid:
            payment = await self._end_unattempted(order_id)
        except StripeRefusal as error:
            await self._alarm(payment, str(error))
            return "unknown"
        except (Unavailable, Conflict, AlarmError):
            return "unknown"
        if payment.status in ("cancelled", "succeeded"):
            return "succeeded" if payment.status == "succeeded" else "cancelled"
        return "unknown"

    async def _payment_or_tombstone(self, order_id: UUID) -> Payment | None:
        async with self._begin() as work:
            await work.payments.lock_order(order_id)
            payment = await work.payments.by_order(order_id)
            if payment is None:
                # A create-intent still on its way must find the order cancelled.
                await work.payments.mark_order_cancelled(order_id)
                await work.commit()
        return payment

    async def _alarm(self, payment: Payment, message: str) -> None:
        async with self._begin() as work:
            await work.alarms.add(payment_alarm("lost_at_stripe", payment, message))
            await work.commit()

    async def _end_unattempted(self, order_id: UUID) -> Payment:
        """Stripe refuses to make an intent of this payment, so there is nothing to cancel there."""
        async with self._begin() as work:
            payment = await work.payments.by_order_for_update(order_id)
            if payment is None:
                raise NotFound("payment_not_found", "there is no such payment")
            # Another request may have got an intent after all.
            if not payment.is_final and payment.stripe_intent_id is None:
                happened = payment.cancel_unattempted()
                await work.outbox.append(payment_event(payment, happened))
                await work.payments.save(payment)
                await work.commit()
        return payment
