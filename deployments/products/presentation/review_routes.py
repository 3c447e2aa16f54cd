"""Reviews: read by everyone, written by buyers, decided on by merchants."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from deployments.products.application.decide_review import DecideReview
from deployments.products.application.delete_review import DeleteReview
from deployments.products.application.read_models import ReviewQuery, ReviewQueueQuery
from deployments.products.application.read_reviews import ReadReviews
from deployments.products.application.write_review import WriteReview
from deployments.products.contract import (
    OwnReview,
    QueuedReview,
    ReviewDecision,
    ReviewInput,
    ReviewPage,
    ReviewSort,
    ReviewState,
)
from deployments.products.domain import review as domain
from deployments.products.presentation import parsing, review_presenters
from deployments.products.presentation.merchant_routes import Merchant
from deployments.shared.authentication import CurrentUserId
from deployments.shared.pagination import Cursor, Limit, Page, encode_cursor
from deployments.shared.rate_limit import rate_limit

router = APIRouter(tags=["reviews"])

_WRITES = Depends(rate_limit("30/hour"))


@router.get("/reviews")
async def queue(
    request: Request,
    principal: Merchant,
    state: ReviewState = "pending",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[QueuedReview]:
    """Reviews in a state, for merchants: those that wait longest first, else the latest first."""
    use_case: ReadReviews = request.app.state.read_reviews
    after = parsing.queue_key(cursor, state)
    found = await use_case.queue(ReviewQueueQuery(domain.ReviewState(state), limit, after))
    return Page(
        items=[review_presenters.queued(item) for item in found.items],
        next_cursor=encode_cursor(state, *found.next_key) if found.next_key else None,
    )


@router.put("/reviews/{review_id}/decision")
async def decide(
    review_id: UUID, body: ReviewDecision, request: Request, principal: Merchant
) -> OwnReview:
    """Publish a review or reject it with a reason; either can be changed later."""
    use_case: DecideReview = request.app.state.decide_review
    who = parsing.actor(principal)
    decided = await use_case(review_id, body.state, body.reason, who, body.updated_at)
    return review_presenters.own(decided)


@router.get("/{product_id}/reviews")
async def of_product(
    product_id: UUID,
    request: Request,
    sort: ReviewSort = "newest",
    limit: Limit = 10,
    cursor: Cursor = None,
) -> ReviewPage:
    """Published reviews, with the average and how many gave each number of stars."""
    use_case: ReadReviews = request.app.state.read_reviews
    after = parsing.review_key(cursor, sort)
    found = await use_case.of_product(ReviewQuery(product_id, sort, limit, after))
    return review_presenters.page(found, sort)


@router.get("/{product_id}/reviews/mine")
async def own(product_id: UUID, request: Request, user_id: CurrentUserId) -> OwnReview:
    """What I wrote of a product, and what became of it."""
    use_case: ReadReviews = request.app.state.read_reviews
    return review_presenters.own(await use_case.own(product_id, user_id))


@router.put(
    "/{product_id}/reviews/mine",
    dependencies=[_WRITES],
    responses={status.HTTP_201_CREATED: {"model": OwnReview, "description": "a new review"}},
)
async def write(
    product_id: UUID,
    body: ReviewInput,
    request: Request,
    response: Response,
    user_id: CurrentUserId,
) -> OwnReview:
    """Write or rewrite my review of what I bought; a merchant reads it before it is shown."""
    use_case: WriteReview = request.app.state.write_review
    words = domain.Words.of(body.stars, body.title, body.text, body.display_name)
    review, new = await use_case(product_id, user_id, words)
    if new:
        response.status_code = status.HTTP_201_CREATED
    return review_presenters.own(review)


@router.delete(
    "/{product_id}/reviews/mine", status_code=status.HTTP_204_NO_CONTENT, dependencies=[_WRITES]
)
async def delete(product_id: UUID, request: Request, user_id: CurrentUserId) -> None:
    """Take my review back."""
    use_case: DeleteReview = request.app.state.delete_review
    await use_case(product_id, user_id)
