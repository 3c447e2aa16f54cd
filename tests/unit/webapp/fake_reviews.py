"""The fake reviews and the fake stock room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header

from deployments.products.contract import (
    LowStock,
    OwnReview,
    QueuedReview,
    RatingSummary,
    Review,
    ReviewDecision,
    ReviewInput,
    ReviewPage,
    StockAdjustment,
    StockLevel,
    StockMovement,
)
from deployments.shared.errors import Forbidden, NotFound
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_world import World

Authorization = Annotated[str | None, Header()]


def _page(items: list[Any]) -> dict[str, Any]:
    return {"items": [item.model_dump(mode="json") for item in items], "next_cursor": None}


def reviews_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/products")

    def own(product_id: UUID, user: UUID) -> QueuedReview:
        for review in world.reviews.values():
            if review.product_id == product_id and world.authors[review.id] == user:
                return review
        raise NotFound("review_not_found", "you have not reviewed this")

    @router.get("/reviews")
    async def queue(state: str = "pending", authorization: Authorization = None) -> dict[str, Any]:
        world.require_role(authorization, "merchant")
        return _page([review for review in world.reviews.values() if review.state == state])

    @router.put("/reviews/{review_id}/decision")
    async def decide(
        review_id: UUID, body: ReviewDecision, authorization: Authorization = None
    ) -> OwnReview:
        world.require_role(authorization, "merchant")
        review = world.reviews[review_id]
        review.state, review.reason = body.state, body.reason
        return review

    @router.get("/stock/low")
    async def low(threshold: int = 5, authorization: Authorization = None) -> dict[str, Any]:
        world.require_role(authorization, "merchant")
        rows = [
            LowStock(
                product_id=product.id,
                slug=product.slug,
                title=product.title,
                variant_id=variant.id,
                sku=variant.sku,
                options=variant.options,
                on_hand=variant.available + 1,
                reserved=1,
                available=variant.available,
                low_stock_at=threshold,
            )
            for product in world.products.values()
            for variant in product.variants
            if variant.available <= threshold
        ]
        return _page(sorted(rows, key=lambda row: row.available))

    @router.post("/{product_id}/variants/{variant_id}/stock")
    async def adjust(
        product_id: UUID,
        variant_id: UUID,
        body: StockAdjustment,
        authorization: Authorization = None,
    ) -> StockLevel:
        world.require_role(authorization, "merchant")
        _, variant = world.variant(variant_id)
        variant.available += body.delta
        known = world.movements.setdefault(variant_id, [])
        movement = StockMovement(
            id=len(known) + 1,
            delta=body.delta,
            reason=body.reason,
            actor="user:1",
            at=datetime.now(UTC),
        )
        known.insert(0, movement)
        return StockLevel(
            variant_id=variant_id,
            on_hand=variant.available + 1,
            reserved=1,
            available=variant.available,
        )

    @router.get("/{product_id}/variants/{variant_id}/movements")
    async def movements(
        product_id: UUID, variant_id: UUID, authorization: Authorization = None
    ) -> dict[str, Any]:
        world.require_role(authorization, "merchant")
        return _page(world.movements.get(variant_id, []))

    @router.get("/{product_id}/reviews")
    async def reviews(
        product_id: UUID, sort: str = "newest", limit: int = 10, cursor: str = "0"
    ) -> ReviewPage:
        found = [
            review
            for review in reversed(world.reviews.values())
            if review.product_id == product_id and review.state == "published"
        ]
        if sort != "newest":
            found.sort(key=lambda review: review.stars * (-1 if sort == "highest" else 1))
        stars = [review.stars for review in found]
        start, end = int(cursor), int(cursor) + limit
        return ReviewPage(
            items=[Review(**r.model_dump(include=set(Review.model_fields))) for r in found][
                start:end
            ],
            next_cursor=str(end) if end < len(found) else None,
            summary=RatingSummary(
                average=round(sum(stars) / len(stars), 2) if stars else None,
                count=len(stars),
                distribution={n: stars.count(n) for n in range(1, 6)},
            ),
        )

    @router.get("/{product_id}/reviews/mine")
    async def mine(product_id: UUID, authorization: Authorization = None) -> OwnReview:
        return own(product_id, world.require(authorization))

    @router.put("/{product_id}/reviews/mine")
    async def write(
        product_id: UUID, body: ReviewInput, authorization: Authorization = None
    ) -> OwnReview:
        user = world.require(authorization)
        if product_id not in world.bought:
            raise Forbidden("not_purchased", "only who bought it can review it")
        try:
            review_id = own(product_id, user).id
        except NotFound:
            review_id = new_id()
        return add_review(world, product_id, user, body, review_id)

    @router.delete("/{product_id}/reviews/mine", status_code=204)
    async def delete(product_id: UUID, authorization: Authorization = None) -> None:
        del world.reviews[own(product_id, world.require(authorization)).id]

    return router


def add_review(  # noqa: PLR0917
    world: World,
    product_id: UUID,
    user: UUID,
    body: ReviewInput,
    review_id: UUID | None = None,
    state: str = "pending",
) -> QueuedReview:
    now = datetime.now(UTC)
    product = world.products[product_id]
    review = QueuedReview(
        id=review_id or new_id(),
        product_id=product_id,
        author=body.display_name or "Verified customer",
        stars=body.stars,
        title=body.title,
        text=body.text,
        created_at=now,
        updated_at=now,
        state=state,  # type: ignore[arg-type]
        product_title=product.title,
        product_slug=product.slug,
    )
    world.reviews[review.id], world.authors[review.id] = review, user
    return review
