"""Keeps the log files of a running stack from growing for ever."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 20_000_000


def rotate(folder: Path, *, max_bytes: int = MAX_BYTES) -> list[str]:
    """Copy each large ``*.log`` to ``*.log.1`` and empty it; the names of those files.

    Processes hold the files open for appending, so a file is emptied, never renamed; a line
    written between copy and emptying is lost.
    """
    rotated = []
    for path in sorted(folder.glob("*.log")):
        if path.stat().st_size <= max_bytes:
            continue
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
        rotated.append(path.name)
    return rotated
