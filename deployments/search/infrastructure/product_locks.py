"""A product's writers take turns, so that a removal and a late write of an older version cannot
pass each other unseen, nor postings made with old averages those made anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import text

from deployments.shared.database import Executor

# Writers share the averages they make postings with; whoever changes them waits for the writers
# under way, and those who come then wait for him: not for long.
_SHARE_AVERAGES = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('text averages', 0))")
_CHANGE_AVERAGES = text("SELECT pg_advisory_xact_lock(hashtextextended('text averages', 0))")
_LONGEST_WAIT: Final = text("SET LOCAL lock_timeout = '2s'")

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) "
    "FROM unnest(CAST(:ids AS text[])) AS ids(id)"
)

# A vector replaced is a row held, and a vector added waits for whoever removes its product; a
# removal holds products and waits for their vectors. So both hold the products first, in one order.
_HOLD = (
    "SELECT FROM search_documents WHERE product_id = ANY(CAST(:ids AS uuid[])) "
    "ORDER BY product_id FOR "
)
_TO_KEEP, _TO_REMOVE = text(_HOLD + "KEY SHARE"), text(_HOLD + "UPDATE")


async def lock_products(session: Executor, product_ids: Iterable[UUID]) -> None:
    """Until the end of the transaction. Locks are taken in one order, the averages first: a
    transaction that locks twice names all its products the first time."""
    await session.execute(_SHARE_AVERAGES)
    await session.execute(_LOCK, {"ids": sorted(map(str, product_ids))})


async def lock_averages(session: Executor) -> None:
    """Until the end of the transaction; no product is locked in it."""
    await session.execute(_LONGEST_WAIT)
    await session.execute(_CHANGE_AVERAGES)


async def hold_to_keep(session: Executor, product_ids: Iterable[UUID]) -> None:
    """Until the end of the transaction nobody removes these products; others may write them."""
    await session.execute(_TO_KEEP, {"ids": list(product_ids)})


async def hold_to_remove(session: Executor, product_ids: Iterable[UUID]) -> None:
    """Until the end of the transaction nobody keeps or writes these products."""
    await session.execute(_TO_REMOVE, {"ids": list(product_ids)})
