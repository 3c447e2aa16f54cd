"""Go on with refunds that are still pending."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.application.refresh_unfinished import ENOUGH_SILENCES
from deployments.payments.application.settle_refund import SettleRefund
from deployments.payments.domain.alarm import AlarmError
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
_BATCH = 20


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
                if silences == ENOUGH_SILENCES:
                    raise
            except Exception:
                # Something about one refund must not keep the others waiting, again and again.
                logger.exception("refund not settled", extra={"refund": refund.id})
        return len(refunds)
