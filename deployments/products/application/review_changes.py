"""The step that writing, deciding on and deleting reviews share."""

from __future__ import annotations

from deployments.products.application.ports import ProductsUnitOfWork
from deployments.products.application.product_events import changed
from deployments.products.domain.review import Review, rating_change
from deployments.shared.errors import NotFound

UNKNOWN_REVIEW = NotFound("review_not_found", "there is no such review")


async def write_review_change(
    work: ProductsUnitOfWork, before: Review | None, after: Review | None
) -> None:
    """Save ``after`` (None: gone; a new one is added already) and the product's rating."""
    changed_review = before or after
    if changed_review is None:
        return
    if after is None:
        await work.reviews.remove(changed_review.id)
    elif before is not None:
        await work.reviews.save(after)
    stars, count = rating_change(before, after)
    if stars or count:
        product_id = changed_review.product_id
        status, version = await work.products.rate(product_id, stars, count)
        if status == "published":
            await work.events.append_all([changed(product_id, version)])
