"""Reviews and ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from deployments.shared.pagination import Page
from deployments.shared.schemas import Schema, StrictSchema

ReviewSort = Literal["newest", "highest", "lowest"]
ReviewState = Literal["pending", "published", "rejected"]
Stars = Annotated[int, Field(ge=1, le=5, strict=True)]


class Rating(Schema):
    """Of the published reviews; ``average`` (1 to 5, two decimals) is null without any."""

    average: float | None = Field(None, examples=[4.35])
    count: int = 0


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
