"""Go on with refunds that are still pending."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.application.settle_refund import SettleRefund
from deployments.payments.domain.alarm import AlarmError
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
_BATCH = 20
# Then Stripe, and not one refund, is the reason.
_ENOUGH_SILENCES = 3


class SweepRefunds:
    def __init__(self, begin: UnitOfWorkFactory, settle: SettleRefund) -> None:
        self._begin = begin
        self._settle = settle

    async def __call__(self) -> int:
        """Look at one batch; the number of refunds looked at."""
        async with self._begin() as work:
            refunds = await work.refunds.take_pending(datetime.now(UTC), limit=_BATCH)
            await work.commit()
        silences = 0
        for refund in refunds:
            try:
                await self._settle(refund)
            except AlarmError:
                # Kept where it was found; the others go on.
                continue
            except Unavailable as error:
                logger.warning("refund pending", extra={"refund": refund.id, "error": repr(error)})
                silences += 1
                if silences == _ENOUGH_SILENCES:
                    raise
        return len(refunds)
