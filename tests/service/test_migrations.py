"""Every service's history: up, down and up again, ending at exactly the tables in code."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from deployments.local.postgres import EmbeddedPostgres
from deployments.shared.settings import SERVICES
from models.shared.migrations import downgrade, metadata_of, revisions, sync_url, upgrade

EXTENSIONS = ("citext", "vector", "pg_trgm", "unaccent", "btree_gin")


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """Makes an empty database for the stairway of a service."""

    def make(service: str) -> str:
        name = f"stairway_{service}"
        with psycopg.connect(postgres.address.admin_url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(postgres.address.admin_url(name), autocommit=True) as connection:
            for extension in EXTENSIONS:
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        url = postgres.address.admin_url(name)
        return url.replace("postgresql://", "postgresql+asyncpg://", 1)

    return make


@pytest.mark.parametrize("service", SERVICES)
def test_each_migration_goes_up_down_and_up(
    service: str, empty_database: Callable[[str], str]
) -> None:
    url = empty_database(service)
    history = revisions(service)
    assert history
    for index, revision in enumerate(history):
        below = history[index - 1] if index else "base"
        upgrade(service, url, revision)
        downgrade(service, url, below)
        upgrade(service, url, revision)
    downgrade(service, url, "base")
    engine = create_engine(sync_url(url))
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_the_history_ends_at_the_tables_in_code(
    service: str, empty_database: Callable[[str], str]
) -> None:
    url = empty_database(service)
    upgrade(service, url)
    metadata = metadata_of(service)
    engine = create_engine(sync_url(url))
    with engine.connect() as connection:
        known = set(metadata.tables)
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                # Partitions are made as months come; they are not tables in code.
                "include_name": lambda name, kind, parents: kind != "table" or name in known,
            },
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_a_migration_that_waits_too_long_for_a_reader_is_not_made(
    empty_database: Callable[[str], str],
) -> None:
    url = empty_database("search")
    upgrade("search", url, "0008")
    engine = create_engine(sync_url(url))
    with engine.connect() as reader:
        reader.execute(text("SELECT FROM search_documents"))
        with pytest.raises(TimeoutError, match="try again"):
            upgrade("search", url, "0009")
    with engine.connect() as connection:
        names = {index["name"] for index in inspect(connection).get_indexes("search_documents")}
        found = MigrationContext.configure(connection).get_current_revision()
    assert found == "0008"
    assert {name for name in names if name and "price_from" in name} == {
        "ix_search_documents_price_from"
    }
    upgrade("search", url, "0009")
    engine.dispose()
