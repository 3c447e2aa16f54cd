"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from deployments.products.application.read_models import (
    BrowseQuery,
    Card,
    CategoryNode,
    FacetsView,
    Listing,
    LowStockView,
    MovementView,
    ProductView,
    ReviewQuery,
    ReviewQueueQuery,
    SnapshotView,
    StockView,
    TitledReview,
)
from deployments.products.domain.category import Category
from deployments.products.domain.draft import Status
from deployments.products.domain.image import EncodedPicture, Image
from deployments.products.domain.product import Product
from deployments.products.domain.reservation import Line, ReservationOrder
from deployments.products.domain.restock import Restock
from deployments.products.domain.review import Review
from deployments.products.domain.stock import Stock
from deployments.shared.events import Event


class ProductRepository(Protocol):
    """Products with variants and stock, for changing them. Rows are locked in one order
    everywhere: catalogue, product, then stock by variant id."""

    async def lock_catalogue(self) -> None:
        """Until the end of the transaction no one else takes a slug, SKU or category path."""

    async def by_id_for_update(self, product_id: UUID) -> Product | None: ...

    async def by_handles_for_update(
        self, source: str, handles: Collection[str]
    ) -> dict[str, Product]: ...

    async def owners_of_skus(self, skus: Collection[str]) -> dict[str, UUID]: ...

    async def taken_slugs(self, slugs: Collection[str]) -> set[str]: ...

    async def add_all(self, products: Sequence[Product]) -> None: ...

    async def save_all(self, changes: Sequence[tuple[Product, Product]]) -> None:
        """Write (before, after) pairs of products read for update."""

    async def keep_old_slugs(self, old: Mapping[str, UUID], *, taken: Collection[str]) -> None:
        """Remember whose ``old`` slugs were; those ``taken`` anew stand for nothing old."""

    async def remove(self, product: Product) -> None:
        """Delete it with its variants and their stock."""

    async def published_in(self, category_ids: Collection[UUID]) -> dict[UUID, int]:
        """Product id → version of the published products right in these categories."""

    async def versions_of_variants(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        """Product id → version of the products these variants belong to."""

    async def rate(self, product_id: UUID, stars: int, count: int) -> tuple[Status, int]:
        """Add to the sum of stars and the number of reviews; its status and version."""


class CategoryRepository(Protocol):
    """For changing the tree; hold the catalogue's lock."""

    async def by_id(self, category_id: UUID) -> Category | None: ...

    async def subtree(self, path: str) -> list[Category]:
        """The category with this path and all below it."""

    async def save(self, before: Category, after: Category) -> None:
        """With another path all below it move along."""

    async def remove(self, category_id: UUID) -> None: ...

    async def count_products(self, category_id: UUID) -> int:
        """Products of any status right in it."""

    async def move_products(self, category_id: UUID, target_id: UUID) -> None: ...

    async def by_paths(self, paths: Collection[str]) -> dict[str, Category]: ...

    async def add_all(self, categories: Sequence[Category]) -> None: ...


class StockRepository(Protocol):
    async def reserve(self, line: Line) -> Stock | None:
        """Hold ``line`` if so much is available; the stock afterwards, None when it is not."""

    async def release(self, line: Line) -> Stock: ...

    async def commit(self, line: Line) -> Stock: ...

    async def put_back(self, line: Line) -> Stock:
        """Raise what is on hand by ``line``; the stock afterwards."""

    async def of_variant_for_update(self, product_id: UUID, variant_id: UUID) -> Stock | None: ...

    async def change_on_hand(self, variant_id: UUID, delta: int) -> None: ...

    async def set_low_stock_at(self, variant_id: UUID, low_stock_at: int | None) -> None: ...

    async def available(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        """What could be reserved now; variants not for sale are left out."""

    async def record(
        self,
        movements: Sequence[tuple[UUID, int]],
        reason: str,
        actor: str,
        order_id: UUID | None = None,
    ) -> None:
        """Audit changes (variant id, delta) of what is on hand."""


class StockRequests(Protocol):
    """Adjustments that may be sent again, by who sent them and under which key."""

    async def answer(self, actor: str, key: str, request: Mapping[str, object]) -> Stock | None:
        """What came of it before, None when it is new.

        Raises:
            Invalid: ``idempotency_key_reused`` when the key stood for another request.
        """

    async def remember(
        self, actor: str, key: str, request: Mapping[str, object], stock: Stock
    ) -> None: ...


class StockReader(Protocol):
    """Stock as merchants look at it."""

    async def levels(self, product_id: UUID) -> list[StockView]: ...

    async def level(self, product_id: UUID, variant_id: UUID) -> StockView | None: ...

    async def movements(
        self, variant_id: UUID, after: int | None, limit: int
    ) -> Listing[MovementView]:
        """Newest first; ``after``: id of the last movement of the page before."""

    async def low(
        self, threshold: int, after: tuple[int, UUID] | None, limit: int
    ) -> Listing[LowStockView]:
        """Least available first; ``threshold`` holds for variants without one of their own."""


class ReservationRepository(Protocol):
    async def add(self, order: ReservationOrder) -> bool:
        """False when the order is known; waits for a transaction that is just adding it."""

    async def add_lines(self, order: ReservationOrder) -> None: ...

    async def by_order_for_update(self, order_id: UUID) -> ReservationOrder | None: ...

    async def save_state(self, order: ReservationOrder) -> None: ...

    async def ever_reserved(self, variant_ids: Collection[UUID]) -> set[UUID]: ...


class RestockRepository(Protocol):
    async def add(self, restock: Restock) -> bool:
        """False when the refund is known; waits for a transaction that is just adding it."""

    async def by_refund(self, refund_id: UUID) -> Restock | None: ...

    async def of_order(self, order_id: UUID) -> list[Restock]: ...


class ImageRepository(Protocol):
    async def of_product(self, product_id: UUID) -> list[Image]: ...

    async def external_of(self, product_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
        """Addresses of the images kept elsewhere, in order, of each product that has any."""

    async def add_all(self, images: Sequence[tuple[UUID, Image]]) -> None:
        """Add (product id, image) pairs."""

    async def remove_external(self, product_ids: Collection[UUID]) -> None: ...

    async def save_all(self, images: Sequence[Image]) -> None: ...

    async def remove(self, image_id: UUID) -> None: ...

    async def remove_all(self, product_id: UUID) -> None: ...


class PictureRepository(Protocol):
    """Stored renderings that no image may need: deleted after a while unless one does."""

    async def expect(self, picture: EncodedPicture, now: datetime) -> None:
        """Its renderings are about to be stored."""

    async def attach(self, digest: str) -> None:
        """An image needs it."""

    async def release(self, images: Sequence[Image], now: datetime) -> None:
        """These images are being removed; other images may need the same pictures."""

    async def unused(self, before: datetime, limit: int) -> list[tuple[str, tuple[str, ...]]]:
        """(digest, keys) of pictures not needed since ``before``, locked; one that an image has
        by now is taken off the list instead."""

    async def forget(self, digest: str) -> None: ...


class ReviewRepository(Protocol):
    """Reviews are locked before their product's rating is written, by id."""

    async def add(self, review: Review) -> bool:
        """False when its author has reviewed the product already."""

    async def own(self, product_id: UUID, user_id: UUID) -> Review | None: ...

    async def own_for_update(self, product_id: UUID, user_id: UUID) -> Review | None: ...

    async def by_id_for_update(self, review_id: UUID) -> Review | None: ...

    async def of_user_for_update(self, user_id: UUID) -> list[Review]: ...

    async def save(self, review: Review) -> None: ...

    async def remove(self, review_id: UUID) -> None: ...

    async def published(self, query: ReviewQuery) -> Listing[Review]: ...

    async def distribution(self, product_id: UUID) -> dict[int, int]:
        """Stars → published reviews of the product, without those nobody gave."""

    async def queue(self, query: ReviewQueueQuery) -> Listing[TitledReview]:
        """Longest waiting first; of what is decided the latest first."""

    async def of_user(self, user_id: UUID) -> list[TitledReview]: ...

    async def exist_of(self, product_id: UUID) -> bool: ...


class Inbox(Protocol):
    async def first_time(self, consumer: str, event_id: UUID) -> bool:
        """Record the event; False when ``consumer`` has handled it before."""


class ListingRepository(Protocol):
    async def browse(self, query: BrowseQuery) -> Listing[Card]: ...


class FacetRepository(Protocol):
    async def count(self, query: BrowseQuery) -> FacetsView:
        """``query`` without its sort and page."""


class CatalogueRepository(Protocol):
    """Reads of whole products, for display."""

    async def by_id(self, product_id: UUID) -> ProductView | None: ...

    async def by_slug(self, slug: str) -> ProductView | None: ...

    async def status(self, product_id: UUID) -> Status | None: ...

    async def export(
        self, after: UUID | None, limit: int, *, published: bool
    ) -> Listing[ProductView]:
        """By id; ``published``: only those."""

    async def categories(self) -> list[CategoryNode]:
        """All, each with the number of published products right in it."""


class SnapshotRepository(Protocol):
    async def of_variants(self, variant_ids: Collection[UUID]) -> list[SnapshotView]: ...


class EventLog(Protocol):
    async def append_all(self, events: Sequence[Event]) -> None: ...


class ProductsUnitOfWork(Protocol):
    products: ProductRepository
    categories: CategoryRepository
    stock: StockRepository
    stock_requests: StockRequests
    stock_reader: StockReader
    reservations: ReservationRepository
    restocks: RestockRepository
    images: ImageRepository
    pictures: PictureRepository
    reviews: ReviewRepository
    listing: ListingRepository
    facets: FacetRepository
    catalogue: CatalogueRepository
    snapshots: SnapshotRepository
    events: EventLog
    inbox: Inbox

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], ProductsUnitOfWork]

# Whether a user (first) has bought a product (second) here.
PurchaseCheck = Callable[[UUID, UUID], Awaitable[bool]]

# Gives what was uploaded; called once, when there is room for it in memory.
ReadUpload = Callable[[], Awaitable[bytes]]

# Decodes, checks and re-encodes an uploaded picture; raises UnsupportedMedia, Invalid.
PictureEncoder = Callable[[ReadUpload], Awaitable[EncodedPicture]]


class ImageStorage(Protocol):
    """Where renderings are kept, by content-addressed key."""

    async def put(self, key: str, data: bytes) -> None: ...

    async def delete(self, key: str) -> None:
        """Also when there is none."""

    def url(self, key: str) -> str:
        """Absolute, or a path below the API's address."""
