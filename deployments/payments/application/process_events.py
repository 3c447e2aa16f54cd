"""Work off the inbox of Stripe's events."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from deployments.payments.application.ports import (
    IntentReader,
    StripeEvent,
    StripeGateway,
    UnitOfWorkFactory,
    WaitingEvent,
)
from deployments.payments.application.record_intent import MismatchError, RecordIntent
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
_LEASE = timedelta(seconds=60)
_BATCH = 10
_MAX_ATTEMPTS = 10
_MAX_PAUSE_SECONDS = 60


class ProcessEvents:
    """Events come in any order and more than once, so none is believed: the intent is fetched
    from Stripe and the payment follows that."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        stripe: StripeGateway,
        record: RecordIntent,
        read_intent: IntentReader,
    ) -> None:
        self._begin = begin
        self._read_intent = read_intent
        self._stripe = stripe
        self._record = record

    async def __call__(self) -> int:
        """Process one batch; the number of events taken."""
        now = datetime.now(UTC)
        async with self._begin() as work:
            waiting = await work.stripe_events.take_waiting(now, lease=_LEASE, limit=_BATCH)
            await work.commit()
        await asyncio.gather(*[self._process(item) for item in waiting])
        return len(waiting)

    async def _process(self, item: WaitingEvent) -> None:
        event = item.event
        alarm = None
        try:
            await self._apply(event)
        except MismatchError as error:
            alarm = str(error)
            logger.error("Stripe event alarmed", extra={"event": event.id, "alarm": alarm})
        except Exception as error:
            await self._put_back(item, error)
            return
        async with self._begin() as work:
            await work.stripe_events.mark_processed(event.id, datetime.now(UTC), alarm=alarm)
            await work.commit()

    async def _apply(self, event: StripeEvent) -> None:
        """Raises ``MismatchError`` when the event can't be about a payment of this store."""
        if event.claimed_intent is None:
            return
        claimed = self._read_intent(event.claimed_intent)
        payment = await self._payment_of(claimed)
        if payment is None:
            if claimed.order_id is None:
                # Another application on the same Stripe account.
                return
            raise MismatchError(f"no payment for order {claimed.order_id}")
        livemode = self._stripe.livemode
        wrong = payment.mismatch(claimed, livemode=livemode)
        if event.livemode != livemode:
            wrong = f"livemode {event.livemode}, expected {livemode}"
        if wrong is not None:
            raise MismatchError(wrong)
        intent = await self._stripe.retrieve_intent(claimed.id)
        if intent is None:
            raise MismatchError(f"Stripe does not know intent {claimed.id}")
        await self._record(payment.order_id, intent, event_id=event.id)

    async def _payment_of(self, intent: Intent) -> Payment | None:
        async with self._begin() as work:
            payment = await work.payments.by_intent(intent.id)
            if payment is None and intent.order_id is not None:
                payment = await work.payments.by_order(intent.order_id)
        return payment

    async def _put_back(self, item: WaitingEvent, error: Exception) -> None:
        now = datetime.now(UTC)
        event_id = item.event.id
        poison = item.attempts >= _MAX_ATTEMPTS and not isinstance(error, Unavailable)
        if poison:
            logger.error("Stripe event given up", exc_info=error, extra={"event": event_id})
        else:
            logger.warning(
                "Stripe event not processed yet",
                extra={"event": event_id, "error": repr(error), "attempts": item.attempts},
            )
        pause = timedelta(seconds=min(2 ** min(item.attempts, 10) / 4, _MAX_PAUSE_SECONDS))
        async with self._begin() as work:
            if poison:
                await work.stripe_events.mark_processed(
                    event_id, now, alarm=f"given up after {item.attempts} attempts: {error!r}"
                )
            else:
                await work.stripe_events.retry_at(event_id, now + pause, repr(error))
            await work.commit()
