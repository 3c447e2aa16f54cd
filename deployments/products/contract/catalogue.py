"""Products, their variants, pictures and categories; imports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from deployments.products.contract.reviews import Rating
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Status = Literal["draft", "published", "archived"]
Sort = Literal["newest", "price_asc", "price_desc", "title", "rating"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=160)]
Price = Annotated[int, Field(ge=0, le=1_000_000_00, description="minor units")]


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
