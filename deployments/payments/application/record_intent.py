"""Bring a payment to what Stripe says of its intent: the one place where a payment changes."""

from __future__ import annotations

import logging
from uuid import UUID

from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import EventType, Payment
from deployments.shared.errors import NotFound
from deployments.shared.events import PAYMENTS, Event

logger = logging.getLogger(__name__)


class MismatchError(Exception):
    """What Stripe says is not about the payment we ordered: nothing is paid by it."""


class RecordIntent:
    def __init__(self, begin: UnitOfWorkFactory, *, livemode: bool) -> None:
        self._begin = begin
        self._livemode = livemode

    async def __call__(
        self, order_id: UUID, intent: Intent, *, event_id: str | None = None
    ) -> Payment:
        """The payment afterwards.

        Raises ``MismatchError`` after an alarm was kept on the payment.
        """
        async with self._begin() as work:
            payment = await work.payments.by_order_for_update(order_id)
            if payment is None:
                raise NotFound("payment_not_found", "there is no such payment")
            wrong = payment.mismatch(intent, livemode=self._livemode)
            if wrong is not None:
                payment.alarm = wrong
                await work.payments.save(payment)
                await work.commit()
                logger.error(
                    "Stripe's intent contradicts the payment",
                    extra={"payment": payment.id, "event": event_id, "alarm": wrong},
                )
                raise MismatchError(wrong)
            for happened in payment.follow(intent):
                await work.outbox.append(payment_event(payment, happened))
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
