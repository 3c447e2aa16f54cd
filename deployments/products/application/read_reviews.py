"""Read reviews: a product's, one's own, those that wait for a merchant, all of a user."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import (
    Listing,
    ReviewQuery,
    ReviewQueueQuery,
    ReviewsOfProduct,
    TitledReview,
)
from deployments.products.application.review_changes import UNKNOWN_REVIEW
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.products.domain.review import Review


class ReadReviews:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def of_product(self, query: ReviewQuery) -> ReviewsOfProduct:
        """Raises ``NotFound`` unless the product is published."""
        async with self._begin() as work:
            if await work.catalogue.status(query.product_id) != "published":
                raise UNKNOWN_PRODUCT
            page = await work.reviews.published(query)
            counts = await work.reviews.distribution(query.product_id)
        return ReviewsOfProduct(page, dict.fromkeys(range(1, 6), 0) | counts)

    async def own(self, product_id: UUID, user_id: UUID) -> Review:
        """Raises ``NotFound`` ``review_not_found``."""
        async with self._begin() as work:
            review = await work.reviews.own(product_id, user_id)
        if review is None:
            raise UNKNOWN_REVIEW
        return review

    async def queue(self, query: ReviewQueueQuery) -> Listing[TitledReview]:
        async with self._begin() as work:
            return await work.reviews.queue(query)

    async def of_user(self, user_id: UUID) -> list[TitledReview]:
        async with self._begin() as work:
            return await work.reviews.of_user(user_id)
