"""Bring a refund to what Stripe says of it: the one place where a refund changes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from deployments.payments.application.ports import PaymentsUnitOfWork, UnitOfWorkFactory
from deployments.payments.domain.alarm import Alarm, AlarmError
from deployments.payments.domain.refund import (
    REFUND_FAILED,
    Refund,
    RefundEventType,
    StripeRefund,
)
from deployments.shared.errors import NotFound
from deployments.shared.events import PAYMENTS, Event

logger = logging.getLogger(__name__)


class RecordRefund:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, refund_id: UUID, found: StripeRefund, *, event_id: str | None = None
    ) -> Refund:
        """The refund afterwards. Raises ``AlarmError`` after the alarm was kept."""
        async with self._begin() as work:
            refund = await _locked(work, refund_id)
            wrong = refund.mismatch(found)
            if wrong is not None:
                alarm = Alarm(
                    "mismatch",
                    f"{refund.id} {wrong}"[:300],
                    f"refund {refund.id}: {wrong}",
                    refund.payment_id,
                    refund.order_id,
                    event_id,
                )
                await work.alarms.add(alarm)
                await work.commit()
                logger.error(
                    "Stripe's refund contradicts ours", extra={"refund": refund.id, "alarm": wrong}
                )
                raise AlarmError(alarm)
            await _keep(work, refund, refund.follow(found))
        return refund

    async def refused(self, refund_id: UUID, message: str) -> Refund:
        """Stripe won't make the refund; what was made meanwhile stays."""
        async with self._begin() as work:
            refund = await _locked(work, refund_id)
            if refund.stripe_refund_id is None and refund.status == "pending":
                await _keep(work, refund, refund.refuse(message))
        return refund


async def _locked(work: PaymentsUnitOfWork, refund_id: UUID) -> Refund:
    refund = await work.refunds.by_id_for_update(refund_id)
    if refund is None:
        raise NotFound("refund_not_found", "there is no such refund")
    return refund


async def _keep(
    work: PaymentsUnitOfWork, refund: Refund, happened: Sequence[RefundEventType]
) -> None:
    for kind in happened:
        await work.outbox.append(refund_event(refund, kind))
    await work.refunds.save(refund)
    await work.commit()


def refund_event(refund: Refund, kind: RefundEventType) -> Event:
    payload = {
        "refund_id": str(refund.id),
        "payment_id": str(refund.payment_id),
        "order_id": str(refund.order_id),
        "amount": refund.amount.amount,
        "currency": refund.amount.currency,
    }
    if kind == REFUND_FAILED and refund.failure_message is not None:
        payload["failure_message"] = refund.failure_message
    return Event(PAYMENTS, kind, payload)
