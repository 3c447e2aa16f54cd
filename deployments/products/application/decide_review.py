"""A merchant publishes or rejects a review."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.review_changes import UNKNOWN_REVIEW, write_review_change
from deployments.products.domain.review import Review

Verdict = Literal["published", "rejected"]


class DecideReview:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self,
        review_id: UUID,
        verdict: Verdict,
        reason: str | None,
        actor: str,
        seen: datetime | None = None,
    ) -> Review:
        """``seen``: when the review the merchant read was last changed.

        Raises:
            NotFound: ``review_not_found``.
            Invalid: ``reason_required``.
            Conflict: ``review_changed``.
        """
        now = datetime.now(UTC)
        async with self._begin() as work:
            before = await work.reviews.by_id_for_update(review_id)
            if before is None:
                raise UNKNOWN_REVIEW
            before.require_as_read(seen)
            if verdict == "published":
                after = before.published(actor, now)
            else:
                after = before.rejected(reason, actor, now)
            if after is not before:
                await write_review_change(work, before, after)
                await work.commit()
        return after
