"""The migrations of products and its tables say the same."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine, pool

from deployments.local.postgres import EmbeddedPostgres
from models.products.tables import metadata
from models.shared.migrations import downgrade, revisions, sync_url, upgrade


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> str:
    name = "products_migrations"
    with psycopg.connect(postgres.address.admin_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return postgres.address.admin_url(name).replace("postgresql://", "postgresql+asyncpg://", 1)


def test_every_migration_goes_up_down_and_up_again(empty_database: str) -> None:
    for revision in revisions("products"):
        upgrade("products", empty_database, revision)
        downgrade("products", empty_database, "-1")
        upgrade("products", empty_database, revision)
    downgrade("products", empty_database, "base")
    engine = create_engine(sync_url(empty_database), poolclass=pool.NullPool)
    with engine.connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).scalar_one()
    assert left == 0


def test_migrated_database_has_the_tables_of_the_code(
    database_url: Callable[[str], str],
) -> None:
    engine = create_engine(sync_url(database_url("products")), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
