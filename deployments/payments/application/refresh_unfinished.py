"""Ask Stripe about payments that should have ended by now."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from deployments.payments.application.ports import StripeGateway, UnitOfWorkFactory
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.domain.alarm import AlarmError, payment_alarm
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
_BATCH = 20
# In one batch: then Stripe, and not one payment, is the reason.
ENOUGH_SILENCES = 3


class RefreshUnfinished:
    """``older_than``: how long a webhook has before we ask ourselves."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        stripe: StripeGateway,
        record: RecordIntent,
        *,
        older_than: timedelta,
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._record = record
        self._older_than = older_than

    async def __call__(self) -> int:
        """Look at one batch; the number of payments asked about."""
        async with self._begin() as work:
            payments = await work.payments.take_unfinished(
                datetime.now(UTC), older_than=self._older_than, limit=_BATCH
            )
            await work.commit()
        silences = 0
        for payment in payments:
            try:
                await self._look_at(payment)
            except AlarmError:
                # Kept where it was found; the others go on.
                continue
            except Unavailable as error:
                logger.warning(
                    "payment not asked about", extra={"payment": payment.id, "error": repr(error)}
                )
                silences += 1
                if silences == ENOUGH_SILENCES:
                    raise
            except Exception:
                # Something about one payment must not keep the others waiting, again and again.
                logger.exception("payment not asked about", extra={"payment": payment.id})
        return len(payments)

    async def _look_at(self, payment: Payment) -> None:
        if payment.stripe_intent_id is None:
            return
        intent = await self._stripe.retrieve_intent(payment.stripe_intent_id)
        if intent is None:
            await self._alarm(payment)
        else:
            await self._record(payment, intent)

    async def _alarm(self, payment: Payment) -> None:
        logger.error("Stripe lost an intent", extra={"payment": payment.id})
        message = f"Stripe does not know intent {payment.stripe_intent_id}"
        async with self._begin() as work:
            await work.alarms.add(payment_alarm("lost_at_stripe", payment, message))
            await work.commit()
