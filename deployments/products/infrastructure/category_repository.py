from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.category import Category
from models.products.tables import CategoryRow


class SqlCategoryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_paths(self, paths: Collection[str]) -> dict[str, Category]:
        if not paths:
            return {}
        rows = await self._session.execute(
            select(*CategoryRow.__table__.columns).where(CategoryRow.path.in_(paths))
        )
        return {
            row.path: Category(row.id, row.slug, row.name, row.path, row.parent_id, row.position)
            for row in rows
        }

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
