"""The servers service tests share, one embedded PostgreSQL and Redis a process, private to it;
the order of the tests, and how `make test` gives them to its workers."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings
from psycopg import sql
from redis import Redis
from xdist.scheduler import LoadScopeScheduling

from deployments.local.ports import free_port
from deployments.local.postgres import EmbeddedPostgres, provision, service_url
from deployments.local.processes import identity_options
from deployments.local.redis_server import EmbeddedRedis
from deployments.shared import token_versions
from deployments.shared.settings import OPERATOR, SERVICES, PlatformSettings
from models.shared.migrations import upgrade
from tests.stack_fixture import stack
from tests.support import Keys

__all__ = ["stack"]


_ORDER = ("unit", "model", "service", "stack", "e2e")
_ON_THE_STACK = ("stack", "e2e")

# How long an example takes is up to what else runs on the machine.
settings.register_profile(
    "mercato", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mercato")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Quick tests first. Browser tests last: while Playwright's own event loop lives in this
    thread, asyncio tests could not run."""
    items.sort(key=lambda item: _place(item.path, shared=hasattr(config, "workerinput")))


def _place(path: Path, *, shared: bool) -> int:
    if shared and path.name == "test_schemas.py":
        # The longest file that needs no stack keeps one worker busy while the other starts it.
        return len(_ORDER)
    parts = path.relative_to(Path(__file__).parent).parts
    return _ORDER.index(parts[0]) if parts[0] in _ORDER else len(_ORDER)


class FileByFile(LoadScopeScheduling):
    """A worker gets a file at a time, in their order; one gets all that needs the one stack."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "stack" if Path(path).parts[1] in _ON_THE_STACK else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileByFile:
    return FileByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    # Not in pytest's own folder, which is closed to the server's user when run as root.
    folder = Path(tempfile.mkdtemp(prefix="mercato-test-"))
    server = EmbeddedPostgres(folder, free_port())
    server.initialise()
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            server.command("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
            **identity_options(server.user),
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd="/",
        )
    try:
        server.wait_until_ready(process)
        provision(server.address, dict.fromkeys(SERVICES, "test"))
        yield server
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for open connections.
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"), free_port())
    process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL)
    try:
        server.wait_until_ready()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """An empty Redis, but for auth's word that no account has changed."""
    with Redis.from_url(redis_server.url) as client:
        client.flushdb()
        client.set(token_versions.COMPLETE, "1")
    return redis_server.url


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """Migrates a service's database once and gives its address."""
    done: dict[str, str] = {}

    def address(service: str) -> str:
        if service not in done:
            url = service_url(postgres.address.port, service, "test")
            upgrade(service, url)
            done[service] = url
        return done[service]

    return address


@pytest.fixture(scope="session")
def empty_database(postgres: EmbeddedPostgres) -> Callable[[str], None]:
    """``empty_database("cart")`` removes all rows of the service."""

    def empty(service: str) -> None:
        with psycopg.connect(
            postgres.address.admin_url(f"mercato_{service}"), autocommit=True
        ) as connection:
            rows = connection.execute(
                "SELECT tablename FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
            names = sql.SQL(", ").join(sql.Identifier(row[0]) for row in rows)
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))

    return empty


@pytest.fixture
def database_url(
    migrated: Callable[[str], str], empty_database: Callable[[str], None]
) -> Iterator[Callable[[str], str]]:
    """``database_url("cart")``: address of the service's migrated database, emptied afterwards."""
    used: set[str] = set()

    def address(service: str) -> str:
        used.add(service)
        return migrated(service)

    yield address
    for service in used:
        empty_database(service)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys({name: Ed25519PrivateKey.generate() for name in ("users", OPERATOR, *SERVICES)})


@pytest.fixture
def platform(redis_url: str, keys: Keys) -> PlatformSettings:
    return PlatformSettings(
        redis_url=redis_url,
        service_public_keys=keys.public(),
        rate_limits_enabled=False,
        log_level="WARNING",
    )


@pytest.fixture
def test_data() -> Path:
    """Folder of the real data sets (``MERCATO_TEST_DATA``); skips where there is none."""
    import os

    configured = os.environ.get("MERCATO_TEST_DATA")
    folder = Path(configured) if configured else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data sets absent: set MERCATO_TEST_DATA to their folder")
    return folder
