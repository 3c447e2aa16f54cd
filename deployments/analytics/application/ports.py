"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from deployments.analytics.domain.figures import ProductTotal, SalesDay, VisitsDay
from deployments.analytics.domain.period import Period
from deployments.analytics.domain.sale import Sale
from deployments.analytics.domain.searches import SearchCount, Trend
from deployments.analytics.domain.visit_event import VisitEvent
from deployments.shared.events import Event

# Makes sure that each of the times falls into a monthly partition of its own.
PrepareMonths = Callable[[Iterable[datetime]], Awaitable[None]]
# Appends all of the events to the stream of behaviour, or none and raises ``Unavailable``.
Publish = Callable[[Sequence[Event]], Awaitable[None]]


class FactsRepository(Protocol):
    """Raw facts. Every write marks its days as stale in the same transaction."""

    async def add_events(self, events: Sequence[VisitEvent]) -> int:
        """Add those whose id is new; their number."""

    async def put_sales(self, sales: Sequence[Sale], *, replace: bool) -> int:
        """Add sales, and with ``replace`` bring known ones to the given content; the number
        of sales added or changed. Each (source, order_id) may occur once."""


class FactsUnitOfWork(Protocol):
    facts: FactsRepository

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


BeginFacts = Callable[[], FactsUnitOfWork]


@dataclass(frozen=True, slots=True)
class Popular:
    product_id: UUID
    title: str
    score: float
    views: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Companion:
    product_id: UUID
    title: str
    orders: int
    score: float


class Figures(Protocol):
    """Computed figures, completed from raw facts for the days that changed since.

    All reads of one instance see the same moment.
    """

    async def currencies(self) -> Sequence[tuple[str, str]]:
        """(source, currency) of everything known; the currency of a source of visits is ''."""

    async def strongest_currency(self, sources: Sequence[str]) -> str | None:
        """The currency with most revenue (in its own units) in ``sources``."""

    async def sales(
        self, sources: Sequence[str], currency: str, first: date, last: date
    ) -> list[SalesDay]: ...

    async def visits(self, sources: Sequence[str], first: date, last: date) -> list[VisitsDay]: ...

    async def top_products(
        self, sources: Sequence[str], currency: str, period: Period, limit: int
    ) -> list[ProductTotal]: ...

    async def searches(
        self, sources: Sequence[str] | None, first: date, period: Period
    ) -> list[SearchCount]:
        """Queries of ``period``, with the searches from ``first`` until it as ``before``.

        None means every source."""

    async def zero_results(self, period: Period, limit: int) -> list[SearchCount]: ...

    async def popular(self, limit: int, today: date) -> list[Popular]: ...

    async def trending(self, limit: int) -> list[Trend] | None:
        """Trends as of the last aggregation; None before the first."""

    async def bought_together(
        self, product_id: UUID, limit: int, today: date
    ) -> list[Companion]: ...

    async def last_fact_at(self, sources: Sequence[str]) -> datetime | None: ...

    async def aggregated_until(self) -> datetime | None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


Look = Callable[[], Figures]
