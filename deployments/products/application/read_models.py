"""What the reading use cases answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from deployments.products.domain.draft import Status
from deployments.products.domain.image import Image, Size
from deployments.products.domain.review import Review, ReviewState

Sort = Literal["newest", "price_asc", "price_desc", "title", "rating"]
ReviewSort = Literal["newest", "highest", "lowest"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page; ``next_key`` is the sort key after which the next begins, None on the last."""

    items: list[T]
    next_key: tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Rating:
    """``stars``: the sum of those of ``count`` published reviews."""

    stars: int
    count: int

    @property
    def average(self) -> float | None:
        return round(self.stars / self.count, 2) if self.count else None


@dataclass(frozen=True, slots=True)
class CategoryLabel:
    slug: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class CategoryNode:
    id: UUID
    slug: str
    name: str
    path: str
    parent_id: UUID | None
    position: int
    product_count: int


@dataclass(frozen=True, slots=True)
class PictureOfCard:
    sizes: tuple[Size, ...]
    external_url: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list; amounts in minor units of ``currency``."""

    id: UUID
    slug: str
    title: str
    brand: str | None
    category: CategoryLabel | None
    currency: str
    price_from: int
    price_to: int
    compare_at: int | None
    in_stock: bool
    picture: PictureOfCard | None
    variant_count: int
    rating: Rating


@dataclass(frozen=True, slots=True)
class VariantView:
    id: UUID
    sku: str
    barcode: str | None
    options: Mapping[str, str]
    price: int
    compare_at: int | None
    on_hand: int
    available: int
    position: int
    image_id: UUID | None


@dataclass(frozen=True, slots=True)
class ProductView:
    id: UUID
    slug: str
    title: str
    description: str
    brand: str | None
    category: CategoryLabel | None
    attributes: Mapping[str, str]
    tags: tuple[str, ...]
    status: Status
    currency: str
    images: tuple[Image, ...]
    variants: tuple[VariantView, ...]
    created_at: datetime
    updated_at: datetime
    version: int
    rating: Rating


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """``published`` is False as well when the variant is not sold any more."""

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: Mapping[str, str]
    currency: str
    price: int
    available: int
    published: bool
    picture: PictureOfCard | None
    category_path: str | None


@dataclass(frozen=True, slots=True)
class BrowseQuery:
    """Filters of a list. ``price_min`` and ``price_max`` bound the price a product starts at,
    ``attributes`` is (name, one of these values) for each attribute asked for; ``after`` is the
    sort key of the row before; ``status`` None means any."""

    sort: Sort = "newest"
    limit: int = 24
    category: str | None = None
    brands: tuple[str, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    rating_min: int | None = None
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    status: Status | None = "published"
    after: tuple[str | int | datetime, UUID] | None = None


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """``after`` is the sort key of the review before."""

    product_id: UUID
    sort: ReviewSort = "newest"
    limit: int = 10
    after: tuple[int | datetime, UUID] | None = None


@dataclass(frozen=True, slots=True)
class ReviewQueueQuery:
    state: ReviewState = ReviewState.PENDING
    limit: int = 20
    after: tuple[datetime, UUID] | None = None


@dataclass(frozen=True, slots=True)
class TitledReview:
    review: Review
    product_title: str
    product_slug: str


@dataclass(frozen=True, slots=True)
class ReviewsOfProduct:
    """``distribution``: stars → published reviews, all five of them."""

    page: Listing[Review]
    distribution: Mapping[int, int]

    @property
    def rating(self) -> Rating:
        stars = sum(each * count for each, count in self.distribution.items())
        return Rating(stars, sum(self.distribution.values()))


@dataclass(frozen=True, slots=True)
class StockView:
    """``low_stock_at`` None: the shop's own threshold holds."""

    variant_id: UUID
    on_hand: int
    reserved: int
    low_stock_at: int | None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class MovementView:
    id: int
    delta: int
    reason: str
    order_id: UUID | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LowStockView:
    """``low_stock_at``: the threshold that holds for it."""

    product_id: UUID
    slug: str
    title: str
    variant_id: UUID
    sku: str
    options: Mapping[str, str]
    on_hand: int
    reserved: int
    low_stock_at: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class AttributeCounts:
    name: str
    values: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class RatingCount:
    rating_min: int
    count: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    slug: str
    name: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Prices:
    min: int | None
    max: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class FacetsView:
    total: int
    categories: tuple[CategoryCount, ...]
    brands: tuple[FacetCount, ...]
    price: Prices
    in_stock: int
    attributes: tuple[AttributeCounts, ...]
    ratings: tuple[RatingCount, ...]
