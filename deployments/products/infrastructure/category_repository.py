from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.category import Category
from models.products.tables import CategoryRow, ProductRow


def _category(row: Any) -> Category:
    return Category(row.id, row.slug, row.name, row.path, row.parent_id, row.position)


def _below(path: str) -> ColumnElement[bool]:
    # A path has no character that LIKE takes for a wildcard.
    return CategoryRow.path.like(f"{path}/%")


class SqlCategoryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_paths(self, paths: Collection[str]) -> dict[str, Category]:
        if not paths:
            return {}
        rows = await self._session.execute(
            select(*CategoryRow.__table__.columns).where(CategoryRow.path.in_(paths))
        )
        return {row.path: _category(row) for row in rows}

    async def by_id(self, category_id: UUID) -> Category | None:
        rows = await self._session.execute(
            select(*CategoryRow.__table__.columns).where(CategoryRow.id == category_id)
        )
        row = rows.one_or_none()
        return _category(row) if row else None

    async def subtree(self, path: str) -> list[Category]:
        rows = await self._session.execute(
            select(*CategoryRow.__table__.columns).where(
                or_(CategoryRow.path == path, _below(path))
            )
        )
        return [_category(row) for row in rows]

    async def save(self, before: Category, after: Category) -> None:
        await self._session.execute(
            update(CategoryRow)
            .where(CategoryRow.id == after.id)
            .values(
                parent_id=after.parent_id,
                slug=after.slug,
                name=after.name,
                path=after.path,
                position=after.position,
            )
        )
        if after.path != before.path:
            rest = func.substr(CategoryRow.path, len(before.path) + 1)
            await self._session.execute(
                update(CategoryRow)
                .where(_below(before.path))
                .values(path=func.concat(after.path, rest))
                .execution_options(synchronize_session=False)
            )

    async def remove(self, category_id: UUID) -> None:
        await self._session.execute(delete(CategoryRow).where(CategoryRow.id == category_id))

    async def count_products(self, category_id: UUID) -> int:
        count = await self._session.scalar(
            select(func.count()).where(ProductRow.category_id == category_id)
        )
        return count or 0

    async def move_products(self, category_id: UUID, target_id: UUID) -> None:
        await self._session.execute(
            update(ProductRow)
            .where(ProductRow.category_id == category_id)
            .values(category_id=target_id)
            .execution_options(synchronize_session=False)
        )

    async def add_all(self, categories: Sequence[Category]) -> None:
        if not categories:
            return
        await self._session.execute(
            insert(CategoryRow),
            [
                {
                    "id": category.id,
                    "parent_id": category.parent_id,
                    "slug": category.slug,
                    "name": category.name,
                    "path": category.path,
                    "position": category.position,
                }
                for category in categories
            ],
        )
