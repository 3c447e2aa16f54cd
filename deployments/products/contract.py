"""What products says to others: the catalogue, stock snapshots and reservations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.pagination import Page
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Status = Literal["draft", "published", "archived"]
Sort = Literal["newest", "price_asc", "price_desc", "title"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=160)]
Price = Annotated[int, Field(ge=0, le=1_000_000_00, description="minor units")]
Quantity = Annotated[int, Field(ge=1, le=999, strict=True)]


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


class Image(Schema):
    id: UUID
    url: str
    alt: str
    width: int = Field(description="pixels; 0 when unknown, for a picture kept elsewhere")
    height: int
    position: int


class Variant(Schema):
    id: UUID
    sku: str
    barcode: str | None = Field(None, description="GTIN: EAN-13, UPC-A …")
    options: dict[str, str] = Field(examples=[{"Colour": "Navy", "Size": "M"}])
    price: MoneySchema
    compare_at: MoneySchema | None = None
    available: int = Field(description="on hand less reserved")
    position: int = 0
    image_id: UUID | None = None


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


class StockAdjustment(StrictSchema):
    """``delta`` units more on hand, or fewer when negative."""

    delta: Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True, examples=[-2])]
    reason: Annotated[str, Field(min_length=1, max_length=200, examples=["damaged in store"])]


class StockLevel(Schema):
    variant_id: UUID
    on_hand: int
    reserved: int
    available: int


class SnapshotRequest(StrictSchema):
    variant_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ReservationLine(StrictSchema):
    variant_id: UUID
    quantity: Quantity


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

    async def get(self, product_id: UUID | str) -> ProductDetail:
        return ProductDetail.model_validate(await self._http.request("GET", f"/{product_id}"))

    async def by_slug(self, slug: str) -> ProductDetail:
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

    async def adjust_stock(
        self, product_id: UUID | str, variant_id: UUID | str, adjustment: StockAdjustment
    ) -> StockLevel:
        answer = await self._http.request(
            "POST", f"/{product_id}/variants/{variant_id}/stock", json=adjustment.model_dump()
        )
        return StockLevel.model_validate(answer)

    async def create_category(self, category: CategoryInput) -> Category:
        answer = await self._http.request("POST", "/categories", json=category.model_dump())
        return Category.model_validate(answer)

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
