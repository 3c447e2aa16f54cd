"""Python's garbage collector in a process that serves for long."""

from __future__ import annotations

import gc
from typing import Final

_OBJECTS: Final = 50_000


def settle() -> None:
    """Call when all is imported: it stays for good, so that no collection looks at it again; and
    collections come seldom, as requests leave few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 100)
