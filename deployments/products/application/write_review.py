"""Write or rewrite one's own review of a product one has bought."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import PurchaseCheck, UnitOfWorkFactory
from deployments.products.application.review_changes import write_review_change
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.products.domain.review import Review, Words
from deployments.shared.errors import Conflict, Forbidden


class WriteReview:
    def __init__(self, begin: UnitOfWorkFactory, has_purchased: PurchaseCheck) -> None:
        self._begin = begin
        self._has_purchased = has_purchased

    async def __call__(self, product_id: UUID, user_id: UUID, words: Words) -> tuple[Review, bool]:
        """The review, and whether it is new. It waits until a merchant has published it.

        Raises:
            NotFound: ``product_not_found``.
            Forbidden: ``not_purchased``.
            Unavailable: whether it was bought can't be said now.
        """
        await self._require_verified(product_id, user_id)
        review = Review.write(product_id, user_id, words, datetime.now(UTC))
        async with self._begin() as work:
            new = await work.reviews.add(review)
            if not new:
                before = await work.reviews.own_for_update(product_id, user_id)
                if before is None:
                    raise Conflict("review_deleted", "the review was deleted meanwhile; try again")
                review = before.rewritten(words, review.created_at)
                if review is not before:
                    await write_review_change(work, before, review)
            await work.commit()
        return review, new

    async def _require_verified(self, product_id: UUID, user_id: UUID) -> None:
        async with self._begin() as work:
            if await work.reviews.own(product_id, user_id) is not None:
                return
            status = await work.catalogue.status(product_id)
        if status != "published":
            raise UNKNOWN_PRODUCT
        # Outside of any transaction: the other service may take its time.
        if not await self._has_purchased(user_id, product_id):
            raise Forbidden("not_purchased", "only who bought the product here can review it")
