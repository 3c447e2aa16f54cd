from __future__ import annotations

import os
from pathlib import Path

from deployments.local.layout import StackLayout
from deployments.local.ports import Ports


def test_what_a_stack_keeps_of_people_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    layout = StackLayout(tmp_path / "data", Ports())
    (layout.data / "sandbox").mkdir(parents=True, mode=0o755)
    old_mask = os.umask(0o022)
    try:
        layout.prepare()
    finally:
        os.umask(old_mask)
        layout.runtime.rmdir()
    for name in ("logs", "lake", "redis", "sandbox"):
        assert (layout.data / name).stat().st_mode & 0o077 == 0, name
