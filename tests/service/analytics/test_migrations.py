"""The history of the analytics database goes up and down and ends where the tables are."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine

from deployments.local.postgres import EmbeddedPostgres, service_url
from models.analytics.tables import metadata
from models.shared.migrations import downgrade, sync_url, upgrade


@pytest.fixture
def scratch(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = sql.Identifier("scratch_analytics")
    admin = postgres.address.admin_url()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER mercato_analytics").format(name))
    yield service_url(postgres.address.port, "analytics", "test", "scratch_analytics")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_up_down_and_up_again_leaves_the_tables_of_the_models(scratch: str) -> None:
    upgrade("analytics", scratch)
    downgrade("analytics", scratch, "base")
    upgrade("analytics", scratch)
    engine = create_engine(sync_url(scratch))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE partitions.events_2024_05 PARTITION OF events "
            "FOR VALUES FROM ('2024-05-01') TO ('2024-06-01')"
        )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # Partitions are no difference.
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    downgrade("analytics", scratch, "base")
