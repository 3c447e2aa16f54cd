"""Take over sales of the past; importing one again brings it to the given content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from deployments.analytics.application.ports import BeginFacts
from deployments.analytics.domain.event_time import past_time
from deployments.analytics.domain.sale import Sale


class ImportSales:
    def __init__(self, begin: BeginFacts) -> None:
        self._begin = begin

    async def __call__(self, sales: Sequence[Sale]) -> int:
        """The number of sales added or changed; of two with one id the last counts.

        Raises:
            Invalid: a sale lies before 2000 or in the future; nothing is stored.
        """
        now = datetime.now(UTC)
        for sale in sales:
            past_time(sale.paid_at, now)
        latest = {(sale.source, sale.order_id): sale for sale in sales}
        async with self._begin() as work:
            changed = await work.facts.put_sales(list(latest.values()), replace=True)
            await work.commit()
        return changed
