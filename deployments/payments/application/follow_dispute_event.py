"""An event about a dispute or a warning of fraud: kept, and told to the other services."""

from __future__ import annotations

from deployments.payments.application.ports import (
    MoneyBackGateway,
    StripeEvent,
    UnitOfWorkFactory,
)
from deployments.payments.domain.alarm import AlarmError, payment_alarm
from deployments.payments.domain.dispute import DISPUTED, Dispute
from deployments.payments.domain.payment import Payment
from deployments.shared.events import PAYMENTS, Event


class FollowDisputeEvent:
    def __init__(self, begin: UnitOfWorkFactory, stripe: MoneyBackGateway) -> None:
        self._begin = begin
        self._stripe = stripe

    async def __call__(self, event: StripeEvent) -> None:
        payment = await _payment_of(self._begin, event)
        if payment is None:
            return
        dispute = await self._stripe.retrieve_dispute(str(event.subject["id"]))
        if dispute is None or dispute.intent_id != payment.stripe_intent_id:
            message = f"Stripe does not know dispute {event.subject['id']} of this payment"
            raise AlarmError(payment_alarm("lost_at_stripe", payment, message, event_id=event.id))
        async with self._begin() as work:
            if await work.disputes.add(dispute, payment.id):
                await work.outbox.append(dispute_event(payment, dispute))
            else:
                await work.disputes.save(dispute)
            await work.commit()


class FollowFraudEvent:
    """The bank, or Stripe's Radar, doubts a payment: a person decides whether to ship."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, event: StripeEvent) -> None:
        payment = await _payment_of(self._begin, event)
        if payment is not None:
            why = event.subject.get("fraud_type") or event.subject.get("reason") or "no reason"
            message = f"{event.type}: {why}"
            raise AlarmError(payment_alarm("fraud_warning", payment, message, event_id=event.id))


async def _payment_of(begin: UnitOfWorkFactory, event: StripeEvent) -> Payment | None:
    async with begin() as work:
        return await work.payments.by_intent(str(event.subject.get("payment_intent")))


def dispute_event(payment: Payment, dispute: Dispute) -> Event:
    payload = {
        "payment_id": str(payment.id),
        "order_id": str(payment.order_id),
        "dispute_id": dispute.id,
        "amount": dispute.amount.amount,
        "currency": dispute.amount.currency,
        "reason": dispute.reason,
    }
    return Event(PAYMENTS, DISPUTED, payload)
