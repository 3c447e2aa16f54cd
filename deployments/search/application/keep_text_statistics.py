"""Keep the text index true to the catalogue: how long its texts are on average."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.text_weights import TextStatistics

logger = logging.getLogger(__name__)

# Averages are measured anew when the catalogue grew or shrank by this share.
_GROWTH: Final = 0.2
_AT_ONCE: Final = 200


class KeepTextStatistics:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self) -> bool:
        """True when the postings were made anew."""
        # This transaction may last for minutes: it does nothing else until the end.
        async with self._begin() as alone:
            if not await alone.postings.claim():
                return False
            async with self._begin() as work:
                known = await work.postings.statistics()
                total = await work.postings.document_total()
                if not total or (known is not None and _fits(known, total)):
                    return False
                measured = await work.postings.measure()
            # What was begun and not finished is begun again.
            anew = known is None or not known.is_finished or measured.is_far_from(known)
            if anew:
                await self._make_anew(measured)
            # Fails where the claim was lost meanwhile: then all of it is repeated.
            await alone.postings.remember(measured)
            await alone.commit()
        return anew

    async def _make_anew(self, measured: TextStatistics) -> None:
        """Some at a time, so that those who write products wait for a moment at most."""
        async with self._begin() as work:
            await work.postings.announce(measured)
            await work.commit()
        last: UUID | None = None
        while True:
            async with self._begin() as work:
                last = await work.postings.write_next(last, limit=_AT_ONCE)
                await work.commit()
            if last is None:
                break
        logger.info("text index made anew", extra={"documents": measured.documents})


def _fits(known: TextStatistics, total: int) -> bool:
    return known.is_finished and abs(total - known.documents) <= _GROWTH * known.documents
