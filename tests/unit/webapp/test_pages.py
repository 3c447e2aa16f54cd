"""That the pages can be compiled: every component, variable and event they name exists."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from webapp.frontend import SOURCES, environment

_COMPILE = """
import sys
sys.path.insert(0, ".")
from reflex.utils import prerequisites
module = prerequisites.get_compiled_app(dry_run=True, use_rich=False)
print("routes:", *sorted(module.app._pages))
"""
ROUTES = [
    "404",
    "account",
    "account/addresses",
    "account/forgot",
    "account/orders",
    "account/reset",
    "account/settings",
    "account/verify",
    "admin",
    "admin/coupons",
    "admin/orders/[order]",
    "admin/reviews",
    "admin/stock",
    "admin/synonyms",
    "admin/users",
    "cart",
    "category/[[...splat]]",
    "checkout",
    "checkout/pay/[order]",
    "index",
    "order/[order]",
    "p/[slug]",
    "products",
    "register",
    "search",
    "sign-in",
]


def test_every_page_compiles(tmp_path: Path) -> None:
    base = {**os.environ, "NPM_CONFIG_REGISTRY": "unused"}
    env = {**environment(tmp_path, base), "PYTHONWARNINGS": "ignore"}
    env.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(
        [sys.executable, "-c", _COMPILE],
        cwd=SOURCES,
        env=env,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split("routes:")[1].split() == ROUTES
    assert not (tmp_path / ".web" / "app").exists(), "a dry run writes nothing"
