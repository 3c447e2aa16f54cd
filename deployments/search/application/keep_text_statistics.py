"""Keep the text index true to the catalogue: how long its texts are on average."""

from __future__ import annotations

import logging
from typing import Final

from deployments.search.application.ports import UnitOfWorkFactory

logger = logging.getLogger(__name__)

# Averages are measured anew when the catalogue grew or shrank by this share.
_GROWTH: Final = 0.2


class KeepTextStatistics:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self) -> bool:
        """True when the postings were made anew."""
        async with self._begin() as work:
            known = await work.postings.statistics()
            total = await work.postings.document_total()
            if not total or not await work.postings.claim():
                return False
            if known is not None and abs(total - known.documents) <= _GROWTH * max(
                known.documents, 1
            ):
                return False
            measured = await work.postings.measure()
            if known is not None and not measured.is_far_from(known):
                await work.postings.remember(measured)
                await work.commit()
                return False
            await work.postings.write_all(measured)
            await work.commit()
        logger.info("text index made anew", extra={"documents": measured.documents})
        return True
