"""An account was erased: its reviews stay without a name, what nobody saw yet goes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.domain.review import ReviewState
from deployments.shared.events import Event

_CONSUMER = "erase_reviews"


class EraseReviews:
    """Consumer of the topic ``accounts``; an event handled before changes nothing."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type != "account.erased":
                continue
            async with self._begin() as work:
                if await work.inbox.first_time(_CONSUMER, event.event_id):
                    await _erase(work, UUID(event.payload["user_id"]))
                    await work.commit()


async def _erase(work: ProductsUnitOfWork, user_id: UUID) -> None:
    for review in await work.reviews.of_user_for_update(user_id):
        if review.state is ReviewState.PUBLISHED:
            await work.reviews.save(review.anonymised())
        else:
            await work.reviews.remove(review.id)
