"""Count what each further filter of a list would leave."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import BrowseQuery, FacetsView

_KEPT_SECONDS = 15.0
_KEPT = 500


class CountFacets:
    """Keeps answers for a few seconds: counting reads all products, and many ask the same."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        *,
        kept_seconds: float = _KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._begin = begin
        self._kept_seconds = kept_seconds
        self._clock = clock
        self._answers: OrderedDict[BrowseQuery, tuple[float, FacetsView]] = OrderedDict()

    async def __call__(self, query: BrowseQuery) -> FacetsView:
        known = self._answers.get(query)
        if known is not None and known[0] > self._clock():
            return known[1]
        async with self._begin() as work:
            found = await work.facets.count(query)
        self._answers[query] = (self._clock() + self._kept_seconds, found)
        self._answers.move_to_end(query)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return found
