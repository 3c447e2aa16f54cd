"""Take a pending refund a step further at Stripe, whatever became of earlier tries."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.payments.application.ports import (
    MoneyBackGateway,
    StripeRefusal,
    StripeReplaysError,
    UnitOfWorkFactory,
)
from deployments.payments.application.record_refund import RecordRefund
from deployments.payments.domain.idempotency import may_be_forgotten
from deployments.payments.domain.refund import Refund, StripeRefund
from deployments.shared.errors import Unavailable


class SettleRefund:
    def __init__(
        self, begin: UnitOfWorkFactory, stripe: MoneyBackGateway, record: RecordRefund
    ) -> None:
        self._begin = begin
        self._stripe = stripe
        self._record = record

    async def __call__(self, refund: Refund) -> Refund:
        """The refund afterwards; it must be committed before.

        Raises ``Unavailable`` when Stripe does not answer (repeating is safe: the key is fixed),
        ``AlarmError`` when what Stripe has is not the refund we asked for.
        """
        if refund.status != "pending":
            return refund
        if refund.stripe_refund_id is not None:
            found = await self._stripe.retrieve_refund(refund.stripe_refund_id)
            return refund if found is None else await self._record(refund.id, found)
        try:
            made = await self._made(refund)
        except StripeRefusal as error:
            # Refused because it was made before? Its key may have been forgotten.
            made_before = await self._stripe.find_refund(refund)
            if made_before is None:
                return await self._record.refused(refund.id, str(error))
            made = made_before
        return await self._record(refund.id, made)

    async def _made(self, refund: Refund) -> StripeRefund:
        if may_be_forgotten(refund.created_at, datetime.now(UTC)):
            # The key alone would pay a second time now.
            found = await self._stripe.find_refund(refund)
            if found is not None:
                return found
        try:
            return await self._stripe.create_refund(refund)
        except StripeReplaysError as error:
            found = await self._stripe.find_refund(refund)
            if found is None:
                await self._rotate_key(refund)
                raise Unavailable(
                    "stripe_unavailable", "the payment provider had an error; try again"
                ) from error
            return found

    async def _rotate_key(self, refund: Refund) -> None:
        async with self._begin() as work:
            current = await work.refunds.by_id_for_update(refund.id)
            # Another request may have rotated it already, or found the refund.
            if (
                current is not None
                and current.stripe_refund_id is None
                and current.idempotency_key == refund.idempotency_key
            ):
                current.rotate_key()
                await work.refunds.save(current)
                await work.commit()
