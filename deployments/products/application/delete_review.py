"""Take back one's own review."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.review_changes import UNKNOWN_REVIEW, write_review_change


class DeleteReview:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, user_id: UUID) -> None:
        """Raises ``NotFound`` ``review_not_found``."""
        async with self._begin() as work:
            review = await work.reviews.own_for_update(product_id, user_id)
            if review is None:
                raise UNKNOWN_REVIEW
            await write_review_change(work, review, None)
            await work.commit()
