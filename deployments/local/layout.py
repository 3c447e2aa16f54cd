"""Where a stack keeps its things: one data folder, one short runtime folder, one port set."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.local.ports import Ports

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_DATA = REPOSITORY / ".mercato"


@dataclass(frozen=True)
class StackLayout:
    """Folders and ports of one stack. Two stacks differ in ``data`` and ``ports``."""

    data: Path
    ports: Ports

    @property
    def identity(self) -> str:
        return hashlib.sha256(f"{os.getuid()}:{self.data}".encode()).hexdigest()[:8]

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def media(self) -> Path:
        return self.data / "media"

    @property
    def cache(self) -> Path:
        """Rendered pictures and downloaded packages; kept by ``reset``."""
        return self.data / "cache"

    @property
    def web(self) -> Path:
        return self.data / "web"

    @property
    def lake(self) -> Path:
        """Parquet files of the analytics pipeline."""
        return self.data / "lake"

    @property
    def runtime(self) -> Path:
        """For sockets, whose paths may have 97 characters at most; Ray adds over 60 of them."""
        return Path("/tmp") / f"mercato-{self.identity}"  # nosec B108  # noqa: S108 - see prepare()

    @property
    def state_file(self) -> Path:
        return self.data / "stack.json"

    @property
    def lock_file(self) -> Path:
        return self.data / "stack.lock"

    def prepare(self) -> None:
        # Mails with links that open accounts, events and logs are nobody else's. The data folder
        # itself stays open to pass through: PostgreSQL may run as another user.
        private = (self.logs, self.lake, self.data / "redis", self.data / "sandbox")
        for folder in (self.data, self.media, self.cache, *private, self.runtime):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in private:
            folder.chmod(0o700)
        if self.runtime.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.runtime} belongs to another user; remove it")
        self.runtime.chmod(0o700)

    def api(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.ports.api}{path}"

    @property
    def store_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.store}"

    @property
    def dashboards_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.dashboards}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"


def resolve(data: Path | None, port_base: int | None) -> StackLayout:
    """The layout of a new or known stack; a known one keeps its ports unless told otherwise."""
    folder = (data or DEFAULT_DATA).expanduser().resolve()
    if port_base is not None:
        return StackLayout(folder, Ports.from_base(port_base))
    saved = read_json(folder / "stack.json").get("ports")
    return StackLayout(folder, Ports(**saved) if saved else Ports())


def read_json(path: Path) -> dict[str, Any]:
    """The object in ``path``, empty when there is none."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content


def write_json(path: Path, content: dict[str, Any], *, mode: int = 0o644) -> None:
    """Replace ``path`` in one step, so that a reader never sees half of it."""
    temporary = path.with_suffix(".tmp")
    temporary.touch(mode=mode)
    temporary.write_text(json.dumps(content, indent=1))
    temporary.replace(path)
