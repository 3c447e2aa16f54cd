"""``python -m deployments.local.load_demo``: fill a running stack with the demo shop.

Prints one line per stage; everything is keyed by stable ids, so that running it again changes
nothing.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from deployments.local.commands.analytics import run_pipeline as run_analytics
from deployments.local.commands.prices import run_pipeline as run_prices
from deployments.sandbox.demo.accounts import ensure_accounts
from deployments.sandbox.demo.history import send_history
from deployments.sandbox.demo.seed import seed
from deployments.sandbox.demo.synonyms import add_synonyms
from pipelines.ray_session import ray_session


def _say(stage: str, done: int, total: int | None) -> None:
    print(f"{stage} {done}/{total}" if total else f"{stage} {done}", flush=True)


async def _fill() -> None:
    _say("accounts", 0, None)
    await ensure_accounts()
    await seed(_say)
    _say("synonyms", 0, None)
    await add_synonyms()
    await send_history(datetime.now(UTC).date(), _say)


def main() -> None:
    asyncio.run(_fill())
    with ray_session():
        run_prices(_say)
        run_analytics(_say)


if __name__ == "__main__":
    main()
