"""Prepared ONNX models, kept in a folder under the hash of what each was made from."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.onnx_recipe import make_model, recipe_key

_MODEL: Final = "model.onnx"
_ABOUT: Final = "about.json"

# Model folder and file to write; what is known of the result. Raises Unfit.
Make = Callable[[Path, Path], dict[str, Any]]


def ensure(folder: Path, cache: Path) -> Path:
    """The prepared model, made first if it is missing or damaged. In a process of its own, so
    that torch's memory goes back.

    Raises:
        Unfit: when the model cannot be prepared, or did not pass when it was.
    """
    key = recipe_key(folder)
    found = find(cache, key)
    if found is not None:
        return found
    command = [sys.executable, "-m", "deployments.search.prepare_engine", str(folder), str(cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    found = find(cache, key)
    if found is None:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unfit(f"it could not be prepared: {last}")
    return found


def find(cache: Path, key: str) -> Path | None:
    """None when it is missing or damaged.

    Raises:
        Unfit: when it was made and did not pass.
    """
    path = cache / key / _MODEL
    try:
        about = json.loads((cache / key / _ABOUT).read_text(encoding="utf-8"))
        if "refused" in about:
            raise Unfit(str(about["refused"]))
        return path if _digest(path) == about["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prepare(folder: Path, cache: Path, *, make: Make = make_model) -> Path:
    """Make the model unless it is there; of several that want it one makes it. That it did not
    pass is kept as well.

    Raises:
        Unfit: when it did not pass.
        OSError: when ``cache`` cannot be written.
    """
    key = recipe_key(folder)
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache):
        found = find(cache, key)
        if found is not None:
            return found
        work = Path(tempfile.mkdtemp(prefix=".making-", dir=cache))
        try:
            refused = _make(folder, work, make)
            shutil.rmtree(cache / key, ignore_errors=True)
            work.rename(cache / key)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    if refused is not None:
        raise refused
    return cache / key / _MODEL


def _make(folder: Path, work: Path, make: Make) -> Unfit | None:
    work.chmod(0o755)
    refused = None
    try:
        about = make(folder, work / _MODEL)
        about["sha256"] = _digest(work / _MODEL)
    except Unfit as error:
        (work / _MODEL).unlink(missing_ok=True)
        refused, about = error, {"refused": str(error)}
    (work / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return refused


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    file = os.open(cache / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
