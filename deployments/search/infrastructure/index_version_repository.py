"""Index versions and the partitions their vectors lie in."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.application.ports import IndexVersion

# Whoever makes, switches or drops versions does so alone.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('index_versions', 0))")


def _partition(version: int) -> str:
    return f"embeddings_v{int(version)}"


class SqlIndexVersionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def active(self) -> IndexVersion | None:
        return await self._one("WHERE status = 'active'")

    async def ensure_active(self, model: str, dimension: int) -> IndexVersion:
        found = await self.active()
        if found is not None:
            return found
        await self._session.execute(_ALONE)
        found = await self.active()
        if found is not None:
            return found
        version = await self._create(model, dimension, "active")
        await self.create_vector_index(version.id)
        return version

    async def start_build(self, model: str, dimension: int) -> IndexVersion:
        await self._session.execute(_ALONE)
        begun = await self._one("WHERE status = 'building' AND model = :model", model=model)
        if begun is not None:
            await self.touch(begun.id)
            return begun
        return await self._create(model, dimension, "building")

    async def touch(self, version: int) -> None:
        await self._session.execute(
            text("UPDATE index_versions SET worked_on_at = now() WHERE id = :id"), {"id": version}
        )

    async def is_building(self, *, within_seconds: int) -> bool:
        found = await self._session.scalar(
            text(
                "SELECT true FROM index_versions WHERE status = 'building' "
                "AND worked_on_at > now() - make_interval(secs => :seconds) LIMIT 1"
            ),
            {"seconds": within_seconds},
        )
        return found is not None

    async def create_vector_index(self, version: int) -> None:
        await self._session.execute(text("SET LOCAL statement_timeout = 0"))
        await self._session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        name = _partition(version)
        await self._session.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS ix_{name}_hnsw ON {name} "
                "USING hnsw (embedding halfvec_cosine_ops) "
                "WITH (m = 16, ef_construction = 200)"
            )
        )
        await self._session.execute(text("RESET statement_timeout"))

    async def activate(self, version: int) -> None:
        await self._session.execute(_ALONE)
        await self._session.execute(
            text(
                "UPDATE index_versions SET status = 'retired', retired_at = now() "
                "WHERE status = 'active' AND id <> :id"
            ),
            {"id": version},
        )
        await self._session.execute(
            text(
                "UPDATE index_versions SET status = 'active', activated_at = now(), "
                "retired_at = NULL WHERE id = :id"
            ),
            {"id": version},
        )

    async def drop_retired(self, *, keep: int) -> list[IndexVersion]:
        await self._session.execute(_ALONE)
        rows = await self._session.execute(
            text(
                "SELECT id, model, status FROM index_versions WHERE status = 'retired' "
                "ORDER BY retired_at DESC OFFSET :keep"
            ),
            {"keep": keep},
        )
        dropped = [IndexVersion(row.id, row.model, row.status) for row in rows]
        for version in dropped:
            await self._session.execute(text(f"DROP TABLE IF EXISTS {_partition(version.id)}"))
            await self._session.execute(
                text("DELETE FROM index_versions WHERE id = :id"), {"id": version.id}
            )
        return dropped

    async def _one(self, condition: str, **values: object) -> IndexVersion | None:
        row = (
            await self._session.execute(
                text("SELECT id, model, status FROM index_versions " + condition),  # nosec B608  # noqa: S608
                values,
            )
        ).one_or_none()
        return IndexVersion(row.id, row.model, row.status) if row else None

    async def _create(self, model: str, dimension: int, status: str) -> IndexVersion:
        identity = await self._session.scalar(
            text(
                "INSERT INTO index_versions (model, dimension, status, activated_at) "
                "VALUES (:model, :dimension, CAST(:status AS text), "
                "CASE WHEN CAST(:status AS text) = 'active' THEN now() END) RETURNING id"
            ),
            {"model": model, "dimension": dimension, "status": status},
        )
        assert isinstance(identity, int)  # noqa: S101 - RETURNING gives the identity
        # Made beside the table and attached: CREATE … PARTITION OF would lock out searches.
        # One of the same name can only be the rest of a version that is gone.
        name = _partition(identity)
        await self._session.execute(text(f"DROP TABLE IF EXISTS {name}"))
        await self._session.execute(
            text(f"CREATE TABLE {name} (LIKE embeddings INCLUDING DEFAULTS)")
        )
        await self._session.execute(
            text(f"ALTER TABLE {name} ADD CHECK (index_version = {identity})")
        )
        await self._session.execute(
            text(f"ALTER TABLE embeddings ATTACH PARTITION {name} FOR VALUES IN ({identity})")
        )
        return IndexVersion(identity, model, status)
