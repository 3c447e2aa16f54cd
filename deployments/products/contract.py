"""What products says to others: the catalogue, its stock, reservations and reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.pagination import Page
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Status = Literal["draft", "published", "archived"]
Sort = Literal["newest", "price_asc", "price_desc", "title", "rating"]
ReviewSort = Literal["newest", "highest", "lowest"]
ReviewState = Literal["pending", "published", "rejected"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=160)]
Price = Annotated[int, Field(ge=0, le=1_000_000_00, description="minor units")]
Quantity = Annotated[int, Field(ge=1, le=999, strict=True)]
OnHand = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Stars = Annotated[int, Field(ge=1, le=5, strict=True)]
Reason = Annotated[str, Field(min_length=1, max_length=200, examples=["damaged in store"])]


class Category(Schema):
    """``path`` is the slugs from the root, joined by '/', e.g. ``outdoor/camping``."""

    id: UUID
    slug: str
    name: str
    path: str
    parent_id: UUID | None = None
    position: int = 0
    product_count: int = Field(0, description="published products in it and below it")


class CategoryReference(Schema):
    slug: str
    name: str
    path: str


class Rendering(Schema):
    """One stored size of a picture; width and height in pixels."""

    url: str
    width: int
    height: int


class Image(Schema):
    """``url`` is the largest size; ``sizes`` (largest first) are for a `srcset`."""

    id: UUID
    url: str
    alt: str
    width: int = Field(description="pixels; 0 when unknown, for a picture kept elsewhere")
    height: int
    position: int
    variant_id: UUID | None = Field(None, description="the variant it shows; null: all")
    sizes: list[Rendering] = Field(default_factory=list)


class Rating(Schema):
    """Of the published reviews; ``average`` (1 to 5, two decimals) is null without any."""

    average: float | None = Field(None, examples=[4.35])
    count: int = 0


class Variant(Schema):
    id: UUID
    sku: str
    barcode: str | None = Field(None, description="GTIN: EAN-13, UPC-A …")
    options: dict[str, str] = Field(examples=[{"Colour": "Navy", "Size": "M"}])
    price: MoneySchema
    compare_at: MoneySchema | None = None
    available: int = Field(description="on hand less reserved")
    position: int = 0
    image_id: UUID | None = Field(
        None, description="its own picture, else that of a variant of the same colour"
    )


class ProductCard(Schema):
    """A product as lists show it."""

    id: UUID
    slug: str
    title: str
    brand: str | None = None
    category: CategoryReference | None = None
    price_from: MoneySchema
    price_to: MoneySchema
    compare_at: MoneySchema | None = None
    in_stock: bool
    image_url: str | None = None
    variant_count: int = 1
    rating: Rating = Field(default_factory=Rating)


class ProductDetail(Schema):
    id: UUID
    slug: str
    title: str
    description: str
    brand: str | None = None
    category: CategoryReference | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    status: Status
    images: list[Image]
    variants: list[Variant]
    created_at: datetime
    updated_at: datetime
    version: int
    rating: Rating = Field(default_factory=Rating)


class VariantInput(StrictSchema):
    sku: Annotated[str, Field(min_length=1, max_length=64)]
    barcode: Annotated[str | None, Field(pattern=r"^[0-9]{8,14}$")] = None
    options: dict[str, str] = Field(default_factory=dict)
    price: Price
    compare_at: Price | None = None
    on_hand: Annotated[
        int | None,
        Field(ge=0, le=1_000_000, description="absent: stays as it is, 0 for a new variant"),
    ] = None


class ProductInput(StrictSchema):
    """A product to create or replace; ``slug`` is made from the title when absent."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    slug: Slug | None = None
    description: Annotated[str, Field(max_length=20_000)] = ""
    brand: Annotated[str | None, Field(max_length=120)] = None
    category: Annotated[str | None, Field(max_length=300, description="category path")] = None
    attributes: dict[str, str] = Field(default_factory=dict)
    tags: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list)
    status: Status = "published"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    variants: Annotated[list[VariantInput], Field(min_length=1, max_length=100)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Trail bottle",
                    "description": "Keeps coffee hot on a day's hike.",
                    "brand": "Nordwind",
                    "category": "outdoor/camping",
                    "attributes": {"Material": "Steel", "Volume": "750 ml"},
                    "tags": ["hiking"],
                    "variants": [
                        {
                            "sku": "TB-750-NAVY",
                            "options": {"Colour": "Navy"},
                            "price": 2490,
                            "compare_at": 2990,
                            "on_hand": 40,
                        }
                    ],
                }
            ]
        }
    )


class ProductImport(ProductInput):
    """One product of a batch import. ``handle`` is the source's own key: importing the same
    handle again updates the product. Categories named here are made when absent."""

    handle: Annotated[str, Field(min_length=1, max_length=160)]
    category_names: list[str] = Field(
        default_factory=list, description="names along the path, root first; wins over `category`"
    )
    image_urls: Annotated[list[str], Field(max_length=20)] = Field(default_factory=list)


class ImportRequest(StrictSchema):
    source: Annotated[str, Field(min_length=1, max_length=60, examples=["shopify"])]
    products: Annotated[list[ProductImport], Field(min_length=1, max_length=200)]
    dry_run: bool = False


class ImportOutcome(Schema):
    handle: str
    outcome: Literal["created", "updated", "unchanged", "refused"]
    product_id: UUID | None = None
    reason: str | None = None


class ImportResponse(Schema):
    outcomes: list[ImportOutcome]


class VariantSnapshot(Schema):
    """A variant as the cart needs it: price and stock of this moment."""

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: dict[str, str]
    price: MoneySchema
    available: int
    published: bool
    image_url: str | None = None
    category_path: str | None = None


class CategoryInput(StrictSchema):
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Camping"])]
    parent: Annotated[
        str | None, Field(max_length=600, description="path", examples=["outdoor"])
    ] = None
    slug: Slug | None = None
    position: Annotated[int, Field(ge=0, le=10_000)] = 0


class CategoryChange(StrictSchema):
    """The whole of a category as it shall be; another ``parent`` moves it with all below it."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Camping"])]
    parent: Annotated[
        str | None, Field(max_length=600, description="path; null: the root", examples=["outdoor"])
    ] = None
    slug: Annotated[Slug | None, Field(description="absent: stays as it is")] = None
    position: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 0


class StatusChange(StrictSchema):
    status: Status


class ImageChange(StrictSchema):
    """What a picture says and which variant it shows (null: all of them)."""

    alt: Annotated[str, Field(max_length=300, description="empty: the product's title")] = ""
    variant_id: UUID | None = None


class ImageOrder(StrictSchema):
    image_ids: Annotated[
        list[UUID], Field(min_length=1, max_length=50, description="all of them, in order")
    ]


class StockAdjustment(StrictSchema):
    """``delta`` units more on hand, or fewer when negative."""

    delta: Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True, examples=[-2])]
    reason: Reason


class StockCount(StrictSchema):
    """A stock-take: ``on_hand`` were counted where the books said ``expected``."""

    on_hand: OnHand
    expected: OnHand
    reason: Reason = "stock-take"


class LowStockThreshold(StrictSchema):
    low_stock_at: Annotated[
        int | None, Field(ge=0, le=1_000_000, strict=True, description="null: the shop's own")
    ]


class StockLevel(Schema):
    variant_id: UUID
    on_hand: int
    reserved: int
    available: int
    low_stock_at: int | None = Field(None, description="null: the shop's own threshold holds")


class StockMovement(Schema):
    """One change of what is on hand; ``actor`` is `user:<id>` or `service:<name>`."""

    id: int
    delta: int
    reason: str
    order_id: UUID | None = None
    actor: str
    at: datetime


class LowStock(Schema):
    """A variant to order more of: ``available`` is at or below ``low_stock_at``."""

    product_id: UUID
    slug: str
    title: str
    variant_id: UUID
    sku: str
    options: dict[str, str]
    on_hand: int
    reserved: int
    available: int
    low_stock_at: int = Field(description="its own threshold, or the shop's")


class FacetValue(Schema):
    value: str
    count: int


class CategoryFacet(Schema):
    """A category right below the one chosen; ``count`` includes what is below it."""

    slug: str
    name: str
    path: str
    count: int


class AttributeFacet(Schema):
    """An attribute with its most frequent values: filter by `attr=<name>:<value>`."""

    name: str
    values: list[FacetValue]


class RatingFacet(Schema):
    rating_min: int
    count: int


class PriceRange(Schema):
    """Of the prices products start at, in minor units; null when there is none."""

    min: int | None = None
    max: int | None = None
    currency: str | None = None


class Facets(Schema):
    """How many products each further filter would leave. What is chosen in a facet does not
    count for that facet itself, so that one can choose another value."""

    total: int
    categories: list[CategoryFacet]
    brands: list[FacetValue]
    price: PriceRange
    in_stock: int
    attributes: list[AttributeFacet]
    ratings: list[RatingFacet]


class ReviewInput(StrictSchema):
    """What a buyer says of a product; ``display_name`` absent: "Verified customer"."""

    stars: Stars
    title: Annotated[str, Field(max_length=120)] = ""
    text: Annotated[str, Field(max_length=5_000)] = ""
    display_name: Annotated[
        str | None, Field(max_length=60, description="first name and initial")
    ] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "stars": 5,
                    "title": "Still hot at noon",
                    "text": "Filled at six in the morning, and the coffee was hot at twelve.",
                    "display_name": "Ada L.",
                }
            ]
        }
    )


class Review(Schema):
    """A published review; every review is of someone who bought the product here."""

    id: UUID
    product_id: UUID
    author: str
    stars: int
    title: str
    text: str
    created_at: datetime
    updated_at: datetime
    verified: bool = True


class OwnReview(Review):
    """A review as its author and the merchant see it."""

    state: ReviewState
    reason: str | None = Field(None, description="why it was rejected")


class QueuedReview(OwnReview):
    product_title: str
    product_slug: str


class RatingSummary(Rating):
    distribution: dict[int, int] = Field(
        description="stars → reviews", examples=[{1: 0, 2: 1, 3: 2, 4: 10, 5: 30}]
    )


class ReviewPage(Page[Review]):
    summary: RatingSummary


class ReviewDecision(StrictSchema):
    """Publish a review, or reject it with the reason its author is told."""

    state: Literal["published", "rejected"]
    reason: Annotated[str | None, Field(min_length=1, max_length=300)] = None
    updated_at: Annotated[
        datetime | None, Field(description="of the review you read; another one is a 409")
    ] = None


class ReservationLine(StrictSchema):
    variant_id: UUID
    quantity: Quantity


class RestockRequest(StrictSchema):
    """What a refund puts back on sale."""

    order_id: UUID
    lines: Annotated[list[ReservationLine], Field(min_length=1, max_length=200)]


class Restock(Schema):
    refund_id: UUID
    order_id: UUID


class SnapshotRequest(StrictSchema):
    variant_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ReservationRequest(StrictSchema):
    order_id: UUID
    lines: Annotated[list[ReservationLine], Field(min_length=1, max_length=200)]


class Reservation(Schema):
    order_id: UUID
    state: Literal["held", "committed", "released"]


class ProductsClient:
    """Products as other services and the store call it."""

    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def browse(self, **filters: Any) -> Page[ProductCard]:
        """``filters``: the query parameters of ``GET /products``."""
        return Page[ProductCard].model_validate(await self._http.request("GET", "", params=filters))

    async def facets(self, **filters: Any) -> Facets:
        """``filters``: the query parameters of ``GET /products``, less its sort and page."""
        return Facets.model_validate(await self._http.request("GET", "/facets", params=filters))

    async def get(self, product_id: UUID | str) -> ProductDetail:
        return ProductDetail.model_validate(await self._http.request("GET", f"/{product_id}"))

    async def by_slug(self, slug: str) -> ProductDetail:
        """An old slug finds the product too: redirect when the answer has another one."""
        return ProductDetail.model_validate(await self._http.request("GET", f"/by-slug/{slug}"))

    async def categories(self) -> list[Category]:
        rows = await self._http.request("GET", "/categories")
        return [Category.model_validate(row) for row in rows]

    async def create(self, product: ProductInput) -> ProductDetail:
        body = product.model_dump(mode="json")
        return ProductDetail.model_validate(await self._http.request("POST", "", json=body))

    async def replace(
        self, product_id: UUID | str, product: ProductInput, *, version: int | None = None
    ) -> ProductDetail:
        """With ``version``: 409 ``version_conflict`` when the product has another one by now."""
        answer = await self._http.request(
            "PUT",
            f"/{product_id}",
            json=product.model_dump(mode="json"),
            headers=None if version is None else {"If-Match": f'"{version}"'},
        )
        return ProductDetail.model_validate(answer)

    async def archive(self, product_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}")

    async def delete(self, product_id: UUID | str) -> None:
        """For ever; 409 ``product_in_use`` once an order or a review knows it."""
        await self._http.request("DELETE", f"/{product_id}", params={"permanently": True})

    async def set_status(self, product_id: UUID | str, status: Status) -> ProductDetail:
        answer = await self._http.request("PUT", f"/{product_id}/status", json={"status": status})
        return ProductDetail.model_validate(answer)

    async def import_batch(self, request: ImportRequest) -> ImportResponse:
        answer = await self._http.request("POST", "/import", json=request.model_dump(mode="json"))
        return ImportResponse.model_validate(answer)

    async def add_image(
        self,
        product_id: UUID | str,
        data: bytes,
        *,
        alt: str | None = None,
        variant_id: UUID | None = None,
    ) -> Image:
        """Upload a JPEG, PNG or WebP picture; the same picture again is the one there is."""
        files: dict[str, Any] = {"file": ("picture", data)}
        for name, value in (("alt", alt), ("variant_id", variant_id)):
            if value is not None:
                files[name] = (None, str(value))
        answer = await self._http.request("POST", f"/{product_id}/images", files=files)
        return Image.model_validate(answer)

    async def change_image(
        self, product_id: UUID | str, image_id: UUID | str, change: ImageChange
    ) -> Image:
        answer = await self._http.request(
            "PUT", f"/{product_id}/images/{image_id}", json=change.model_dump(mode="json")
        )
        return Image.model_validate(answer)

    async def order_images(self, product_id: UUID | str, image_ids: list[UUID]) -> list[Image]:
        """The first is the one lists show."""
        body = {"image_ids": [str(identity) for identity in image_ids]}
        rows = await self._http.request("PUT", f"/{product_id}/images", json=body)
        return [Image.model_validate(row) for row in rows]

    async def delete_image(self, product_id: UUID | str, image_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}/images/{image_id}")

    async def adjust_stock(
        self,
        product_id: UUID | str,
        variant_id: UUID | str,
        adjustment: StockAdjustment,
        *,
        key: str | None = None,
    ) -> StockLevel:
        """With the same ``key`` again it counts once; without, each call has its own."""
        answer = await self._http.request(
            "POST",
            f"/{product_id}/variants/{variant_id}/stock",
            json=adjustment.model_dump(),
            headers={"Idempotency-Key": key or str(new_id())},
        )
        return StockLevel.model_validate(answer)

    async def count_stock(
        self, product_id: UUID | str, variant_id: UUID | str, count: StockCount
    ) -> StockLevel:
        """409 ``stock_changed`` (with ``on_hand``) when the books say otherwise by now."""
        answer = await self._http.request(
            "PUT", f"/{product_id}/variants/{variant_id}/stock", json=count.model_dump()
        )
        return StockLevel.model_validate(answer)

    async def stock_levels(self, product_id: UUID | str) -> list[StockLevel]:
        rows = await self._http.request("GET", f"/{product_id}/stock")
        return [StockLevel.model_validate(row) for row in rows]

    async def movements(
        self,
        product_id: UUID | str,
        variant_id: UUID | str,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[StockMovement]:
        """Newest first."""
        answer = await self._http.request(
            "GET",
            f"/{product_id}/variants/{variant_id}/movements",
            params={"cursor": cursor, "limit": limit},
        )
        return Page[StockMovement].model_validate(answer)

    async def low_stock(
        self, *, threshold: int | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[LowStock]:
        """Least left first; ``threshold`` stands in for the shop's own."""
        params = {"threshold": threshold, "cursor": cursor, "limit": limit}
        answer = await self._http.request("GET", "/stock/low", params=params)
        return Page[LowStock].model_validate(answer)

    async def set_low_stock(
        self, product_id: UUID | str, variant_id: UUID | str, low_stock_at: int | None
    ) -> StockLevel:
        answer = await self._http.request(
            "PUT",
            f"/{product_id}/variants/{variant_id}/low-stock",
            json={"low_stock_at": low_stock_at},
        )
        return StockLevel.model_validate(answer)

    async def create_category(self, category: CategoryInput) -> Category:
        answer = await self._http.request("POST", "/categories", json=category.model_dump())
        return Category.model_validate(answer)

    async def change_category(self, category_id: UUID | str, category: CategoryChange) -> Category:
        answer = await self._http.request(
            "PUT", f"/categories/{category_id}", json=category.model_dump()
        )
        return Category.model_validate(answer)

    async def delete_category(self, category_id: UUID | str, *, move_to: str | None = None) -> None:
        """409 ``category_in_use`` with products or categories in it, unless the category with
        the path ``move_to`` takes them."""
        await self._http.request(
            "DELETE", f"/categories/{category_id}", params={"move_to": move_to}
        )

    async def reviews(
        self,
        product_id: UUID | str,
        *,
        sort: ReviewSort = "newest",
        cursor: str | None = None,
        limit: int = 10,
    ) -> ReviewPage:
        answer = await self._http.request(
            "GET",
            f"/{product_id}/reviews",
            params={"sort": sort, "cursor": cursor, "limit": limit},
        )
        return ReviewPage.model_validate(answer)

    async def own_review(self, product_id: UUID | str) -> OwnReview:
        """404 ``review_not_found`` before it is written."""
        answer = await self._http.request("GET", f"/{product_id}/reviews/mine")
        return OwnReview.model_validate(answer)

    async def write_review(self, product_id: UUID | str, review: ReviewInput) -> OwnReview:
        """Write or rewrite one's own review; it is shown once a merchant has published it.

        Raises:
            RemoteProblem: 403 ``not_purchased``.
        """
        answer = await self._http.request(
            "PUT", f"/{product_id}/reviews/mine", json=review.model_dump()
        )
        return OwnReview.model_validate(answer)

    async def delete_own_review(self, product_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}/reviews/mine")

    async def review_queue(
        self, *, state: ReviewState = "pending", cursor: str | None = None, limit: int = 20
    ) -> Page[QueuedReview]:
        """For merchants: longest waiting first."""
        params = {"state": state, "cursor": cursor, "limit": limit}
        answer = await self._http.request("GET", "/reviews", params=params)
        return Page[QueuedReview].model_validate(answer)

    async def decide_review(
        self,
        review_id: UUID | str,
        state: Literal["published", "rejected"],
        reason: str | None = None,
        *,
        updated_at: datetime | None = None,
    ) -> OwnReview:
        """With ``updated_at`` of the review that was read: 409 ``review_changed`` when its author
        has changed it since."""
        decision = ReviewDecision(state=state, reason=reason, updated_at=updated_at)
        answer = await self._http.request(
            "PUT", f"/reviews/{review_id}/decision", json=decision.model_dump(mode="json")
        )
        return OwnReview.model_validate(answer)

    async def export_reviews(self, user_id: UUID) -> dict[str, Any]:
        """Everything products keeps of a user, for the export of their data (auth only)."""
        answer: dict[str, Any] = await self._http.request("GET", f"/internal/reviews/{user_id}")
        return answer

    async def export(self, *, cursor: str | None = None, limit: int = 100) -> Page[ProductDetail]:
        """Every published product in full, for indexing (services only)."""
        answer = await self._http.request(
            "GET", "/internal/products", params={"cursor": cursor, "limit": limit}
        )
        return Page[ProductDetail].model_validate(answer)

    async def snapshots(self, variant_ids: list[UUID]) -> list[VariantSnapshot]:
        """Unknown variants are left out."""
        body = {"variant_ids": [str(identity) for identity in variant_ids]}
        # Reads only, so a repeat is harmless.
        rows = await self._http.request("PUT", "/internal/snapshots", json=body)
        return [VariantSnapshot.model_validate(row) for row in rows]

    async def reserve(self, request: ReservationRequest) -> Reservation:
        """Hold stock for an order; the same order again is a no-op.

        Raises:
            RemoteProblem: 409 ``insufficient_stock`` with ``lines`` [{variant_id, requested,
                available}]; 409 ``reservation_released`` when the order was released before.
        """
        answer = await self._http.request(
            "PUT", "/internal/reservations", json=request.model_dump(mode="json")
        )
        return Reservation.model_validate(answer)

    async def commit(self, order_id: UUID) -> Reservation:
        answer = await self._http.request("PUT", f"/internal/reservations/{order_id}/commit")
        return Reservation.model_validate(answer)

    async def release(self, order_id: UUID) -> Reservation:
        answer = await self._http.request("PUT", f"/internal/reservations/{order_id}/release")
        return Reservation.model_validate(answer)

    async def restock(self, refund_id: UUID, request: RestockRequest) -> Restock:
        """Put what a refund gives back on sale; the same refund again is a no-op.

        Raises:
            RemoteProblem: 404 ``variant_not_found`` for a variant the order did not buy; 422
                ``restock_differs`` when this refund has put other lines back before; 409
                ``order_not_sold`` before the order is committed; 409 ``restock_exceeds_sold``
                with ``returnable``. Nothing is put back then.
        """
        answer = await self._http.request(
            "PUT", f"/internal/restocks/{refund_id}", json=request.model_dump(mode="json")
        )
        return Restock.model_validate(answer)
