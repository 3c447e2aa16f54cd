"""What the price use cases need from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from deployments.search.domain.price_comparison import MerchantOffer
from deployments.search.domain.price_history import OfferChange


@dataclass(frozen=True, slots=True)
class OurPrices:
    """Our price of each variant of a product, minor units of ``currency``; never empty."""

    by_variant: Mapping[UUID, int]
    currency: str


# Raises a DomainError when the product is unknown or the products service does not answer.
ReadOurPrices = Callable[[UUID], Awaitable[OurPrices]]


@dataclass(frozen=True, slots=True)
class Position:
    """A product's standing as the last run published it; amounts in minor units."""

    product_id: UUID
    slug: str
    title: str
    category_path: str | None
    currency: str
    our_price: int
    our_total: int
    best_total: int
    best_merchant: str
    position: int
    offer_count: int


@dataclass(frozen=True, slots=True)
class LastRun:
    finished_at: datetime
    sources: list[Mapping[str, Any]]


class PriceRepository(Protocol):
    async def offers_of(
        self, product_id: UUID, currency: str, since: datetime
    ) -> list[MerchantOffer]: ...

    async def changes_of(self, offer_ids: Collection[UUID]) -> list[OfferChange]: ...

    async def positions(self) -> list[Position]: ...

    async def open_reviews(self) -> int: ...

    async def last_run(self) -> LastRun | None: ...


class PriceUnitOfWork(Protocol):
    prices: PriceRepository

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


BeginPrices = Callable[[], PriceUnitOfWork]
