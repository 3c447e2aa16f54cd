from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    Listing,
    ReviewQuery,
    ReviewQueueQuery,
    ReviewSort,
    TitledReview,
)
from deployments.products.domain.review import Review, ReviewState, Words
from models.products.tables import ProductRow, ReviewRow

_reviews = ReviewRow.__table__
_ALL = select(*_reviews.c)
_TITLED = select(
    *_reviews.c, ProductRow.title.label("product_title"), ProductRow.slug.label("product_slug")
).join(ProductRow, ProductRow.id == ReviewRow.product_id)
# Sort → column, descending.
_SORTS: dict[ReviewSort, tuple[str, bool]] = {
    "newest": ("created_at", True),
    "highest": ("stars", True),
    "lowest": ("stars", False),
}


def _values(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "product_id": review.product_id,
        "user_id": review.user_id,
        "author": review.words.author,
        "stars": review.words.stars,
        "title": review.words.title,
        "text": review.words.text,
        "state": review.state.value,
        "reason": review.reason,
        "decided_by": review.decided_by,
        "created_at": review.created_at,
        "updated_at": review.updated_at,
    }


def _review(row: Any) -> Review:
    return Review(
        row.id,
        row.product_id,
        row.user_id,
        Words(row.stars, row.title, row.text, row.author),
        ReviewState(row.state),
        row.reason,
        row.decided_by,
        row.created_at,
        row.updated_at,
    )


def _titled(row: Any) -> TitledReview:
    return TitledReview(_review(row), row.product_title, row.product_slug)


def _page(
    statement: Select[Any],
    column: str,
    descending: bool,
    after: tuple[int | datetime, UUID] | None,
    limit: int,
) -> Select[Any]:
    """One row more than ``limit``: it shows whether there is a next page."""
    keys = (_reviews.c[column], _reviews.c.id)
    if after is not None:
        here, there = tuple_(*keys), tuple_(*after)
        statement = statement.where(here < there if descending else here > there)
    order = [key.desc() if descending else key for key in keys]
    return statement.order_by(*order).limit(limit + 1)


class SqlReviewRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, review: Review) -> bool:
        added = await self._session.scalar(
            postgresql_insert(ReviewRow)
            .values(**_values(review))
            .on_conflict_do_nothing(index_elements=["product_id", "user_id"])
            .returning(ReviewRow.id)
        )
        return added is not None

    async def own(self, product_id: UUID, user_id: UUID) -> Review | None:
        return await self._one(_own(product_id, user_id))

    async def own_for_update(self, product_id: UUID, user_id: UUID) -> Review | None:
        return await self._one(_own(product_id, user_id).with_for_update())

    async def by_id_for_update(self, review_id: UUID) -> Review | None:
        return await self._one(_ALL.where(ReviewRow.id == review_id).with_for_update())

    async def _one(self, statement: Select[Any]) -> Review | None:
        row = (await self._session.execute(statement)).one_or_none()
        return _review(row) if row else None

    async def of_user_for_update(self, user_id: UUID) -> list[Review]:
        rows = await self._session.execute(
            _ALL.where(ReviewRow.user_id == user_id).order_by(ReviewRow.id).with_for_update()
        )
        return [_review(row) for row in rows]

    async def save(self, review: Review) -> None:
        await self._session.execute(
            update(ReviewRow).where(ReviewRow.id == review.id).values(_values(review))
        )

    async def remove(self, review_id: UUID) -> None:
        await self._session.execute(delete(ReviewRow).where(ReviewRow.id == review_id))

    async def published(self, query: ReviewQuery) -> Listing[Review]:
        column, descending = _SORTS[query.sort]
        statement = _ALL.where(
            ReviewRow.product_id == query.product_id, ReviewRow.state == "published"
        )
        found = await self._session.execute(
            _page(statement, column, descending, query.after, query.limit)
        )
        rows = found.all()
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        key = (getattr(shown[-1], column), shown[-1].id) if more else None
        return Listing([_review(row) for row in shown], key)

    async def distribution(self, product_id: UUID) -> dict[int, int]:
        rows = await self._session.execute(
            select(ReviewRow.stars, func.count().label("reviews"))
            .where(ReviewRow.product_id == product_id, ReviewRow.state == "published")
            .group_by(ReviewRow.stars)
        )
        return {row.stars: row.reviews for row in rows}

    async def queue(self, query: ReviewQueueQuery) -> Listing[TitledReview]:
        statement = _TITLED.where(ReviewRow.state == query.state.value)
        latest_first = query.state is not ReviewState.PENDING
        found = await self._session.execute(
            _page(statement, "updated_at", latest_first, query.after, query.limit)
        )
        rows = found.all()
        shown = rows[: query.limit]
        key = (shown[-1].updated_at, shown[-1].id) if len(rows) > query.limit else None
        return Listing([_titled(row) for row in shown], key)

    async def of_user(self, user_id: UUID) -> list[TitledReview]:
        rows = await self._session.execute(
            _TITLED.where(ReviewRow.user_id == user_id).order_by(ReviewRow.created_at)
        )
        return [_titled(row) for row in rows]

    async def exist_of(self, product_id: UUID) -> bool:
        found = await self._session.scalar(
            select(exists().where(ReviewRow.product_id == product_id))
        )
        return bool(found)


def _own(product_id: UUID, user_id: UUID) -> Select[Any]:
    return _ALL.where(ReviewRow.product_id == product_id, ReviewRow.user_id == user_id)
