"""What the merchant sees of refunds, disputes and alarms."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.payments.application.ports import Decline, ListedDispute, UnitOfWorkFactory
from deployments.payments.domain.alarm import Alarm
from deployments.payments.domain.refund import Refund
from deployments.shared.errors import NotFound


class ListForMerchant:
    """Lists are newest first; ``before`` is the key of the last row of the page before."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def refunds(
        self, *, order_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Refund]:
        async with self._begin() as work:
            return await work.refunds.page(order_id=order_id, before=before, limit=limit)

    async def disputes(
        self, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[ListedDispute]:
        async with self._begin() as work:
            return await work.disputes.page(before=before, limit=limit)

    async def alarms(self, *, open_only: bool, before: UUID | None, limit: int) -> list[Alarm]:
        async with self._begin() as work:
            return await work.alarms.page(open_only=open_only, before=before, limit=limit)

    async def money_back(self, payment_id: UUID) -> tuple[list[Refund], list[Decline]]:
        """The refunds of a payment and its failed attempts, oldest first."""
        async with self._begin() as work:
            refunds = await work.refunds.of_payment(payment_id)
            return refunds, await work.payments.declines(payment_id)

    async def resolve_alarm(self, alarm_id: UUID) -> Alarm:
        """Somebody has looked at it. Raises ``NotFound``."""
        async with self._begin() as work:
            alarm = await work.alarms.resolve(alarm_id, datetime.now(UTC))
            if alarm is None:
                raise NotFound("alarm_not_found", "there is no such alarm")
            await work.commit()
        return alarm
