"""How many products a filter keeps, which decides how to search under it."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from deployments.shared.database import Executor

# An estimate is good for as long: statistics change seldom, and it only chooses the quicker way.
_SECONDS: Final = 60.0
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """``kept`` of so many ``products``."""

    kept: float
    products: float

    def in_order_is_quicker(self, limit: int, *, cost: float) -> bool:
        """Whether to look at candidates best first until ``limit`` of them pass, which takes
        ``limit * products / kept`` looks, rather than to read first all that the filter keeps.

        Args:
            cost: of a look at a candidate, in reads of a product that the filter keeps.
        """
        return self.kept * self.kept > cost * limit * self.products


class FilterEstimates:
    """Asks the planner, whose own choice between the two ways errs: it does not know how many
    candidates there are, and counts those that an index of vectors gives too cheap."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Estimate]] = OrderedDict()

    async def of(self, session: Executor, where: str, values: Mapping[str, Any]) -> Estimate:
        """
        Args:
            where: `` AND …`` over ``document``, which binds ``values``.
        """
        now = self._clock()
        key = repr((where, values))
        known = self._known.get(key)
        if known is not None and now - known[0] <= _SECONDS:
            return known[1]
        estimate = await _ask(session, where, values)
        self._known[key] = now, estimate
        self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return estimate


async def _ask(session: Executor, where: str, values: Mapping[str, Any]) -> Estimate:
    plan = await session.scalar(
        text(
            "EXPLAIN (FORMAT JSON) "  # nosec B608  # noqa: S608
            f"SELECT FROM search_documents AS document WHERE true{where} "
            "UNION ALL SELECT FROM search_documents"
        ),
        dict(values),
    )
    tree = json.loads(plan) if isinstance(plan, str) else plan
    rows = [float(part["Plan Rows"]) for part in tree[0]["Plan"].get("Plans", ())]
    # Filters that contradict each other may be left out of the plan.
    return Estimate(*rows) if len(rows) == 2 else Estimate(0, 1)
