"""Builds the store's pages and says how to serve them.

``python -m webapp.frontend`` builds what is not built yet, ``python -m webapp.server`` serves it.
Both take their settings from the environment; ``MERCATO_WEBAPP_BUILD_FOLDER`` names the folder of
the build (one for each stack).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).parent
_BUILT = "built.json"
# What the pages' text and scripts are made from, apart from this package's files.
_BUILD_SETTINGS = ("MERCATO_WEBAPP_SHOP_NAME",)
_SOURCE_KINDS = {".py", ".css", ".svg", ".txt", ".png", ".webp", ".woff2", ".json"}


def environment(folder: Path, base: Mapping[str, str]) -> dict[str, str]:
    """Environment of both commands; ``folder`` takes the build (one for each stack)."""
    scripts = str(Path(sys.executable).parent)
    python_path = [str(SOURCES.parent), *filter(None, [base.get("PYTHONPATH")])]
    return {
        **base,
        "PATH": os.pathsep.join([scripts, base.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(python_path),
        "REFLEX_WEB_WORKDIR": str(folder / ".web"),
        "REFLEX_STATES_WORKDIR": str(folder / ".states"),
        "REFLEX_DIR": str(folder / "reflex"),
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NPM_CONFIG_REGISTRY": base.get("NPM_CONFIG_REGISTRY") or _registry(scripts),
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
    }


def _registry(scripts: str) -> str:
    npm = shutil.which("npm", path=scripts) or shutil.which("npm") or "npm"
    answer = subprocess.run(  # noqa: S603 - a fixed command
        [npm, "config", "get", "registry"], capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


def fingerprint(base: Mapping[str, str]) -> str:
    """Changes with whatever the build is made from. Ports and addresses are no part of it."""
    digest = hashlib.sha256(importlib.metadata.version("reflex").encode())
    for name in _BUILD_SETTINGS:
        digest.update(f"\0{name}={base.get(name, '')}".encode())
    for path in sorted(SOURCES.rglob("*")):
        inside = path.relative_to(SOURCES)
        hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        if path.suffix in _SOURCE_KINDS and not hidden and path.is_file():
            digest.update(f"\0{inside}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_built(folder: Path, base: Mapping[str, str]) -> bool:
    """Whether ``folder`` holds the build of the sources as they are."""
    try:
        stamp = json.loads((folder / _BUILT).read_text())
    except (OSError, ValueError):
        return False
    page = folder / ".web" / "build" / "client" / "index.html"
    return bool(stamp.get("fingerprint") == fingerprint(base) and page.is_file())


def prepare_process() -> None:
    """Set this process's environment for Reflex, which reads it when it is imported."""
    folder = Path(os.environ.get("MERCATO_WEBAPP_BUILD_FOLDER") or SOURCES.parent / ".mercato/web")
    os.environ.update(environment(folder.resolve(), os.environ))


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """Files that ``folder`` holds are the same afterwards.

    Reflex writes package versions back beside the sources after each install. What is pinned
    there stays pinned; to take newer packages delete the folder and build.
    """
    before = {path: path.read_bytes() for path in folder.glob("*.json")}
    try:
        yield
    finally:
        for path, content in before.items():
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)


def build() -> None:
    """Compile the pages into the folder that the environment names, unless that is done."""
    folder = Path(os.environ["REFLEX_WEB_WORKDIR"]).parent
    if is_built(folder, os.environ):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _BUILT).unlink(missing_ok=True)
    os.chdir(SOURCES)
    sys.path.insert(0, str(SOURCES))

    from reflex.utils import export, prerequisites

    with kept(SOURCES / "reflex.lock"):
        prerequisites.initialize_reflex_user_directory()
        if prerequisites.needs_reinit():
            prerequisites.initialize_frontend_dependencies()
        export.export(zipping=False, frontend=True, backend=False, prerender_routes=True)
    # After the build, which makes the package lock where there was none.
    (folder / _BUILT).write_text(json.dumps({"fingerprint": fingerprint(os.environ)}))


if __name__ == "__main__":
    prepare_process()
    build()
