"""Alembic without an ini file: each service has its history in ``models/<service>/migrations``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import MetaData, create_engine, pool
from sqlalchemy.exc import OperationalError

_MODELS = Path(__file__).resolve().parent.parent


def sync_url(database_url: str) -> str:
    """The same database for psycopg, which Alembic and batch jobs use."""
    return database_url.replace("postgresql+asyncpg://", "postgresql+psycopg://", 1)


def metadata_of(service: str) -> MetaData:
    """All tables of ``service``, also those that stand in modules beside ``tables``."""
    for path in sorted((_MODELS / service).glob("[!_]*.py")):
        import_module(f"models.{service}.{path.stem}")
    metadata: MetaData = import_module(f"models.{service}.tables").metadata
    return metadata


def config(service: str, database_url: str) -> Config:
    result = Config()
    result.set_main_option("script_location", str(_MODELS / service / "migrations"))
    result.set_main_option("sqlalchemy.url", sync_url(database_url).replace("%", "%%"))
    result.attributes["service"] = service
    return result


def upgrade(service: str, database_url: str, revision: str = "head") -> None:
    """
    Raises:
        TimeoutError: others used a table for longer than a migration may wait for it. Migrations
            before it are made, it is not.
    """
    try:
        command.upgrade(config(service, database_url), revision)
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise TimeoutError(
            f"the tables of {service} are in use: a long transaction holds one that is to be "
            "changed. Nothing is half done; try again when it has ended"
        ) from error


def downgrade(service: str, database_url: str, revision: str) -> None:
    command.downgrade(config(service, database_url), revision)


def revisions(service: str) -> list[str]:
    """All revisions of ``service``, oldest first."""
    scripts = ScriptDirectory(str(_MODELS / service / "migrations"))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def run_environment() -> None:
    """Body of every ``env.py``: migrate online in one transaction per migration."""
    service: str = context.config.attributes["service"]
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None  # noqa: S101 - set by config()
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata_of(service),
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
