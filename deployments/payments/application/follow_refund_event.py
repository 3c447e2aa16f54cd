"""An event about a refund: ours follows what Stripe says of it now."""

from __future__ import annotations

from deployments.payments.application.ports import (
    MoneyBackGateway,
    RefundReader,
    StripeEvent,
    UnitOfWorkFactory,
)
from deployments.payments.application.record_refund import RecordRefund
from deployments.payments.domain.alarm import Alarm, AlarmError, payment_alarm
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.refund import Refund, StripeRefund


class FollowRefundEvent:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        stripe: MoneyBackGateway,
        record: RecordRefund,
        read_refund: RefundReader,
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._record = record
        self._read_refund = read_refund

    async def __call__(self, event: StripeEvent) -> None:
        claimed = self._read_refund(event.subject)
        refund, payment = await self._known(claimed)
        if refund is not None:
            found = await self._stripe.retrieve_refund(claimed.id)
            if found is None:
                message = f"Stripe does not know refund {claimed.id}"
                raise AlarmError(
                    Alarm(
                        "lost_at_stripe",
                        claimed.id,
                        message,
                        refund.payment_id,
                        refund.order_id,
                        event.id,
                    )
                )
            await self._record(refund.id, found, event_id=event.id)
        elif payment is not None:
            message = f"{claimed.amount} were refunded at Stripe as {claimed.id}, not by this store"
            raise AlarmError(payment_alarm("unknown_refund", payment, message, event_id=event.id))

    async def _known(self, claimed: StripeRefund) -> tuple[Refund | None, Payment | None]:
        async with self._begin() as work:
            refund = await work.refunds.by_stripe_id(claimed.id)
            if refund is None and claimed.refund_id is not None:
                refund = await work.refunds.by_id(claimed.refund_id)
            payment = await work.payments.by_intent(claimed.intent_id or "")
        return refund, payment
