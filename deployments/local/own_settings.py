"""The operator's own settings of a local stack: ``settings.env`` in its data folder.

Lines as in ``.env.example``. They win over what the stack sets by itself; a part reads them when
it starts, a service also at ``mercato redeploy``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from deployments.shared.settings import SERVICES

_LINE = re.compile(r"(MERCATO_[A-Z0-9_]+)=(.*)")
_PARTS = (*SERVICES, "sandbox", "webapp")


def read_own_settings(folder: Path) -> dict[str, str]:
    """The settings; none without a file.

    Raises:
        RuntimeError: naming the line that is not understood.
    """
    path = folder / "settings.env"
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise RuntimeError(f"{path}, line {number}: write MERCATO_NAME=value")
        found[match[1]] = match[2].strip()
    return found


def of_part(settings: Mapping[str, str], part: str | None) -> dict[str, str]:
    """Those that only ``part`` reads; with None those of no single part."""
    return {name: value for name, value in settings.items() if _part(name) == part}


def _part(name: str) -> str | None:
    for part in _PARTS:
        prefix = f"MERCATO_{part.upper()}_"
        # MERCATO_CART_URL is where the others find the service.
        if name.startswith(prefix) and name != f"{prefix}URL":
            return part
    return None
