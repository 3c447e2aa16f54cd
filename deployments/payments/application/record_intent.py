"""Bring a payment to what Stripe says of its intent: the one place where a payment changes."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from deployments.payments.application.ports import (
    PaymentsUnitOfWork,
    StripeGateway,
    UnitOfWorkFactory,
)
from deployments.payments.domain.alarm import AlarmError, payment_alarm
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import FAILED, EventType, Payment
from deployments.shared.errors import NotFound, Unavailable
from deployments.shared.events import PAYMENTS, Event

logger = logging.getLogger(__name__)
_TRIES = 4


class RecordIntent:
    def __init__(self, begin: UnitOfWorkFactory, stripe: StripeGateway) -> None:
        self._begin = begin
        self._stripe = stripe

    async def __call__(
        self, seen: Payment, intent: Intent, *, event_id: str | None = None
    ) -> Payment:
        """The payment afterwards.

        ``seen`` is the payment as it was before Stripe was asked. When it has changed since,
        ``intent`` may be older than that change, so Stripe is asked again: otherwise a slow
        answer could undo what a quicker one had said.

        Raises ``AlarmError`` after the alarm was kept.
        """
        for _ in range(_TRIES):
            async with self._begin() as work:
                payment = await work.payments.by_order_for_update(seen.order_id)
                if payment is None:
                    raise NotFound("payment_not_found", "there is no such payment")
                is_news = payment.version == seen.version or intent.is_final
                if is_news or payment.is_final:
                    return await self._apply(work, payment, intent, event_id)
            seen, intent = payment, await self._ask_again(intent)
        raise Unavailable("payment_busy", "this payment changes right now; try again")

    async def _ask_again(self, intent: Intent) -> Intent:
        again = await self._stripe.retrieve_intent(intent.id)
        if again is None:
            raise Unavailable("stripe_unavailable", "the payment provider lost this payment")
        return again

    async def _apply(
        self, work: PaymentsUnitOfWork, payment: Payment, intent: Intent, event_id: str | None
    ) -> Payment:
        wrong = payment.mismatch(intent, livemode=self._stripe.livemode)
        if wrong is not None:
            payment.alarm = wrong
            alarm = payment_alarm("mismatch", payment, wrong, event_id=event_id)
            await work.alarms.add(alarm)
            await work.payments.save(payment)
            await work.commit()
            logger.error(
                "Stripe's intent contradicts the payment",
                extra={"payment": payment.id, "event": event_id, "alarm": wrong},
            )
            raise AlarmError(alarm)
        for happened in payment.follow(intent):
            await work.outbox.append(payment_event(payment, happened))
            if happened == FAILED and payment.failure is not None:
                await work.payments.add_decline(payment.id, payment.failure, datetime.now(UTC))
        await work.payments.save(payment)
        await work.commit()
        return payment


def payment_event(payment: Payment, kind: EventType) -> Event:
    payload = {
        "payment_id": str(payment.id),
        "order_id": str(payment.order_id),
        "amount": payment.amount.amount,
        "currency": payment.amount.currency,
    }
    return Event(PAYMENTS, kind, payload)
