"""Index versions and the partitions their vectors lie in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from deployments.search.application.ports import IndexVersion, ModelRef, VersionFigures
from deployments.shared.database import Executor
from deployments.shared.errors import Unavailable

# Whoever makes, switches or drops versions does so alone.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('index_versions', 0))")
_LOCK_NOT_AVAILABLE = "55P03"
_COLUMNS = "id, model, model_path, status"

_FIGURES = text(
    f"""
    SELECT {_COLUMNS}, created_at, activated_at,
        coalesce(counted.vectors, 0) AS vectors, coalesce(counted.current, 0) AS current
    FROM index_versions
    LEFT JOIN (
        SELECT stored.index_version, count(*) AS vectors,
            count(*) FILTER (WHERE document.embedding_key = stored.embedding_key) AS current
        FROM embeddings AS stored
        JOIN search_documents AS document USING (product_id)
        GROUP BY stored.index_version
    ) AS counted ON counted.index_version = index_versions.id
    ORDER BY id
    """  # nosec B608  # noqa: S608 - constants only
)


def _partition(version: int) -> str:
    return f"embeddings_v{int(version)}"


def _version(row: Row[Any]) -> IndexVersion:
    return IndexVersion(row.id, row.model, row.status, row.model_path)


class SqlIndexVersionRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def active(self) -> IndexVersion | None:
        return await self._one("WHERE status = 'active'")

    async def numbered(self, version: int) -> IndexVersion | None:
        return await self._one("WHERE id = :id", id=version)

    async def figures(self) -> list[VersionFigures]:
        rows = await self._session.execute(_FIGURES)
        return [
            VersionFigures(
                _version(row), row.vectors, row.current, row.created_at, row.activated_at
            )
            for row in rows
        ]

    async def ensure_active(self, model: str, dimension: int) -> IndexVersion:
        found = await self.active()
        if found is not None:
            return found
        await self._session.execute(_ALONE)
        found = await self.active()
        if found is not None:
            return found
        version = await self._create(ModelRef(model), dimension, "active")
        await self.create_vector_index(version.id)
        return version

    async def start_build(
        self, model: ModelRef, dimension: int, *, takes_over: bool
    ) -> IndexVersion:
        await self._session.execute(_ALONE)
        begun = await self._one(
            "WHERE status = 'building' AND model = :model "
            "AND model_path IS NOT DISTINCT FROM :path ORDER BY id DESC LIMIT 1",
            model=model.name,
            path=model.path,
        )
        if begun is None:
            return await self._create(model, dimension, "building", takes_over=takes_over)
        await self._session.execute(
            text(
                "UPDATE index_versions SET worked_on_at = now(), takes_over = :takes_over "
                "WHERE id = :id"
            ),
            {"id": begun.id, "takes_over": takes_over},
        )
        return begun

    async def touch(self, version: int) -> None:
        await self._session.execute(
            text("UPDATE index_versions SET worked_on_at = now() WHERE id = :id"), {"id": version}
        )

    async def is_building(self, *, within_seconds: int, version: int | None = None) -> bool:
        found = await self._session.scalar(
            text(
                "SELECT true FROM index_versions WHERE status = 'building' "
                "AND CASE WHEN CAST(:id AS integer) IS NULL THEN takes_over ELSE id = :id END "
                "AND worked_on_at > now() - make_interval(secs => :seconds) LIMIT 1"
            ),
            {"seconds": within_seconds, "id": version},
        )
        return found is not None

    async def create_vector_index(self, version: int) -> None:
        await self._session.execute(text("SET LOCAL statement_timeout = 0"))
        name = _partition(version)
        # A graph is built many times slower once it does not fit: 2 KiB a product.
        await self._session.execute(
            text(
                "SELECT set_config('maintenance_work_mem', CAST(least(2000000, "  # nosec B608  # noqa: S608
                f"greatest(256000, 2 * count(*))) AS text) || 'kB', true) FROM {name}"
            )
        )
        await self._session.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS ix_{name}_hnsw ON {name} "
                "USING hnsw (embedding halfvec_cosine_ops) "
                "WITH (m = 16, ef_construction = 200)"
            )
        )
        # The plan of a filtered search depends on how many vectors there are.
        await self._session.execute(text(f"ANALYZE {name}"))
        await self._session.execute(text("RESET statement_timeout"))

    async def finish_build(self, version: int) -> None:
        await self._session.execute(
            text(
                "UPDATE index_versions SET status = 'ready' WHERE id = :id AND status = 'building'"
            ),
            {"id": version},
        )

    async def activate(self, version: int) -> bool:
        await self._session.execute(_ALONE)
        found = await self.numbered(version)
        if found is None or found.status == "building":
            return False
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
                "retired_at = NULL WHERE id = :id AND status <> 'active'"
            ),
            {"id": version},
        )
        return True

    async def drop(self, version: int) -> bool:
        await self._session.execute(_ALONE)
        found = await self.numbered(version)
        if found is None or found.status == "active":
            return found is None
        # Searches queue behind whoever waits for this lock.
        await self._session.execute(text("SET LOCAL lock_timeout = '2s'"))
        try:
            await self._session.execute(text(f"DROP TABLE IF EXISTS {_partition(version)}"))
            await self._session.execute(
                text("DELETE FROM index_versions WHERE id = :id"), {"id": version}
            )
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            raise Unavailable(
                "index_busy", "the index is in use by a long job; try again"
            ) from error
        return True

    async def retired(self) -> list[IndexVersion]:
        rows = await self._session.execute(
            text(
                f"SELECT {_COLUMNS} FROM index_versions "  # nosec B608  # noqa: S608
                "WHERE status = 'retired' ORDER BY retired_at DESC"
            )
        )
        return [_version(row) for row in rows]

    async def _one(self, condition: str, **values: object) -> IndexVersion | None:
        row = (
            await self._session.execute(
                text(f"SELECT {_COLUMNS} FROM index_versions {condition}"),  # nosec B608  # noqa: S608
                values,
            )
        ).one_or_none()
        return _version(row) if row else None

    async def _create(
        self, model: ModelRef, dimension: int, status: str, *, takes_over: bool = True
    ) -> IndexVersion:
        identity = await self._session.scalar(
            text(
                "INSERT INTO index_versions "
                "(model, model_path, dimension, status, takes_over, activated_at) "
                "VALUES (:model, :path, :dimension, CAST(:status AS text), :takes_over, "
                "CASE WHEN CAST(:status AS text) = 'active' THEN now() END) RETURNING id"
            ),
            {
                "model": model.name,
                "path": model.path,
                "dimension": dimension,
                "status": status,
                "takes_over": takes_over,
            },
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
        return IndexVersion(identity, model.name, status, model.path)
