"""Try to pay with a payment method."""

from __future__ import annotations

from uuid import UUID

from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.ports import (
    StripeGateway,
    StripeRefusal,
    StripeReplaysError,
    UnitOfWorkFactory,
)
from deployments.payments.application.read_payment import ReadPayment
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.domain.alarm import AlarmError
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.return_url import is_below
from deployments.shared.errors import Conflict, Invalid, Unavailable


class ConfirmPayment:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        read: ReadPayment,
        ensure_intent: EnsureIntent,
        stripe: StripeGateway,
        record: RecordIntent,
        *,
        store_url: str,
    ) -> None:
        self._begin = begin
        self._read = read
        self._ensure_intent = ensure_intent
        self._stripe = stripe
        self._record = record
        self._store_url = store_url

    async def __call__(
        self, payment_id: UUID, owner: UUID, payment_method: str, return_url: str
    ) -> Payment:
        """The payment after the attempt: paid, declined or waiting for authentication.

        Raises ``NotFound`` for another's payment, ``Conflict`` when it was cancelled, ``Invalid``
        for a payment method Stripe does not know or a return address outside the store,
        ``Unavailable`` when Stripe does not answer (the same attempt may be repeated: it charges
        once).
        """
        if not is_below(return_url, self._store_url):
            raise Invalid("foreign_return_url", f"return_url must be below {self._store_url}")
        payment = await self._read.by_id(payment_id, owner)
        if payment.status == "cancelled":
            raise Conflict("payment_cancelled", "this payment was cancelled; order again")
        payment = await self._ensure_intent(payment)
        if payment.is_final:
            return payment
        try:
            intent = await self._stripe.confirm_intent(payment, payment_method, return_url)
        except StripeRefusal as error:
            raise Invalid("payment_method_refused", str(error)) from error
        except StripeReplaysError as error:
            await self._start_anew(payment)
            raise Unavailable(
                "stripe_unavailable", "the payment provider had an error; nothing was charged"
            ) from error
        try:
            return await self._record(payment, intent)
        except AlarmError as error:
            raise Conflict(
                "payment_blocked", "this payment needs a look by the store; contact support"
            ) from error

    async def _start_anew(self, payment: Payment) -> None:
        async with self._begin() as work:
            current = await work.payments.by_order_for_update(payment.order_id)
            if current is not None and current.attempt == payment.attempt:
                current.start_anew()
                await work.payments.save(current)
                await work.commit()
