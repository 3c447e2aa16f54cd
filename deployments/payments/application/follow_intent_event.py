"""An event about a payment intent: the payment follows what Stripe says of it now."""

from __future__ import annotations

from deployments.payments.application.ports import (
    IntentReader,
    StripeEvent,
    StripeGateway,
    UnitOfWorkFactory,
)
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.domain.alarm import Alarm, AlarmError, payment_alarm
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment


class FollowIntentEvent:
    """``shop``: our name in the metadata of intents. Other shops may share the Stripe account."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        stripe: StripeGateway,
        record: RecordIntent,
        read_intent: IntentReader,
        *,
        shop: str,
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._record = record
        self._read_intent = read_intent
        self._shop = shop

    async def __call__(self, event: StripeEvent) -> None:
        claimed = self._read_intent(event.subject)
        payment = await self._payment_of(claimed)
        if payment is None:
            if claimed.order_id is None or claimed.shop != self._shop:
                return
            message = f"no payment for order {claimed.order_id}"
            raise AlarmError(
                Alarm(
                    "unknown_order",
                    claimed.id,
                    message,
                    order_id=claimed.order_id,
                    stripe_event_id=event.id,
                )
            )
        self._check(event, claimed, payment)
        intent = await self._stripe.retrieve_intent(claimed.id)
        if intent is None:
            message = f"Stripe does not know intent {claimed.id}"
            raise AlarmError(payment_alarm("lost_at_stripe", payment, message, event_id=event.id))
        await self._record(payment, intent, event_id=event.id)

    def _check(self, event: StripeEvent, claimed: Intent, payment: Payment) -> None:
        livemode = self._stripe.livemode
        for told in (event.livemode, claimed.livemode):
            if told != livemode:
                message = f"livemode {told}, expected {livemode}"
                raise AlarmError(payment_alarm("livemode", payment, message, event_id=event.id))
        wrong = payment.mismatch(claimed, livemode=livemode)
        if wrong is not None:
            raise AlarmError(payment_alarm("mismatch", payment, wrong, event_id=event.id))

    async def _payment_of(self, intent: Intent) -> Payment | None:
        async with self._begin() as work:
            payment = await work.payments.by_intent(intent.id)
            if payment is None and intent.order_id is not None:
                payment = await work.payments.by_order(intent.order_id)
        return payment
