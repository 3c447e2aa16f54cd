"""Shoppers against a real stack while its processes are killed, for as long as one likes.

Usage: python -m tests.faults --seconds 600 --shoppers 16 --seed 7 [--data FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployments.local.layout import StackLayout, resolve
from tests.faults.report import show
from tests.faults.soak import Plan, soak
from tests.faults.store import Store
from tests.stack_fixture import Stack, free_port_base

# Orders expire within the run.
_SETTINGS = "MERCATO_CART_HOLD_MINUTES=0.7\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--shoppers", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--data", type=Path, help="a running stack instead of one of its own")
    arguments = parser.parse_args()
    plan = Plan(arguments.seconds, arguments.shoppers, arguments.seed, with_ray=True)
    with _stack(arguments.data) as layout:
        outcome = asyncio.run(soak(Store(layout), plan))
    show(outcome)
    sys.exit(1 if outcome.violations else 0)


@contextmanager
def _stack(data: Path | None) -> Iterator[StackLayout]:
    if data is not None:
        yield resolve(data, None)
        return
    with tempfile.TemporaryDirectory(prefix="mercato-soak-") as folder:
        Path(folder, "settings.env").write_text(_SETTINGS)
        layout = resolve(Path(folder), free_port_base())
        stack = Stack(layout, 0.0)
        started = stack.mercato(
            "up", "--detach", "--no-demo", "--port-base", str(layout.ports.store), timeout=900
        )
        try:
            if started.returncode != 0:
                sys.exit(f"the stack did not start:\n{started.stdout}\n{started.stderr}")
            yield layout
        finally:
            stack.mercato("down")


if __name__ == "__main__":
    main()
