"""Reviews as they go over the wire."""

from __future__ import annotations

from typing import Any

from deployments.products.application.read_models import (
    ReviewsOfProduct,
    ReviewSort,
    TitledReview,
)
from deployments.products.contract import (
    OwnReview,
    QueuedReview,
    RatingSummary,
    Review,
    ReviewPage,
)
from deployments.products.domain import review as domain
from deployments.shared.pagination import encode_cursor


def _public(of: domain.Review) -> dict[str, Any]:
    return {
        "id": of.id,
        "product_id": of.product_id,
        "author": of.words.author,
        "stars": of.words.stars,
        "title": of.words.title,
        "text": of.words.text,
        "created_at": of.created_at,
        "updated_at": of.updated_at,
    }


def own(of: domain.Review) -> OwnReview:
    return OwnReview(**_public(of), state=of.state.value, reason=of.reason)


def queued(of: TitledReview) -> QueuedReview:
    return QueuedReview(
        **own(of.review).model_dump(),
        product_title=of.product_title,
        product_slug=of.product_slug,
    )


def page(found: ReviewsOfProduct, sort: ReviewSort) -> ReviewPage:
    key = found.page.next_key
    return ReviewPage(
        items=[Review(**_public(each)) for each in found.page.items],
        next_cursor=encode_cursor(sort, *key) if key else None,
        summary=RatingSummary(
            average=found.rating.average,
            count=found.rating.count,
            distribution=dict(found.distribution),
        ),
    )


def exported(reviews: list[TitledReview]) -> dict[str, Any]:
    """For the export of a user's data."""
    return {"reviews": [queued(each).model_dump(mode="json") for each in reviews]}
