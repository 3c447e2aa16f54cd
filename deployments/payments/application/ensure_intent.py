"""Make sure a payment has its intent at Stripe, whatever became of earlier tries."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.payments.application.ports import (
    StripeGateway,
    StripeRefusal,
    StripeReplaysError,
    UnitOfWorkFactory,
)
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.domain.alarm import AlarmError
from deployments.payments.domain.idempotency import may_be_forgotten
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import Conflict, Invalid, Unavailable


class EnsureIntent:
    def __init__(
        self, begin: UnitOfWorkFactory, stripe: StripeGateway, record: RecordIntent
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._record = record

    async def __call__(self, payment: Payment) -> Payment:
        """The payment with an intent; it must be committed before.

        Raises ``Unavailable`` when Stripe does not answer (repeating is safe: the key is fixed),
        ``Invalid`` when Stripe refuses such a payment, ``Conflict`` when its intent is not the
        one ordered.
        """
        if payment.stripe_intent_id is not None or payment.is_final:
            return payment
        try:
            return await self._record(payment, await self._made(payment))
        except AlarmError as error:
            raise Conflict(
                "payment_blocked", "this payment needs a look by the store; contact support"
            ) from error

    async def _made(self, payment: Payment) -> Intent:
        if may_be_forgotten(payment.created_at, datetime.now(UTC)):
            # The key alone would make a second intent now.
            found = await self._stripe.find_intent(payment)
            if found is not None:
                return found
        try:
            return await self._stripe.create_intent(payment)
        except StripeRefusal as error:
            raise Invalid("payment_refused", str(error)) from error
        except StripeReplaysError as error:
            found = await self._stripe.find_intent(payment)
            if found is None:
                await self._rotate_key(payment)
                raise Unavailable(
                    "stripe_unavailable", "the payment provider had an error; try again"
                ) from error
            return found

    async def _rotate_key(self, payment: Payment) -> None:
        async with self._begin() as work:
            current = await work.payments.by_order_for_update(payment.order_id)
            # Another request may have rotated it already, or found the intent.
            if (
                current is not None
                and current.stripe_intent_id is None
                and current.idempotency_key == payment.idempotency_key
            ):
                current.rotate_key()
                await work.payments.save(current)
                await work.commit()
