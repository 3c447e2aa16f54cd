"""Correct what is on hand, with a reason that is kept."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.stock import Stock, sold_out_or_back
from deployments.shared.errors import NotFound

UNKNOWN_VARIANT = NotFound("variant_not_found", "the product has no such variant")


class AdjustStock:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self,
        product_id: UUID,
        variant_id: UUID,
        delta: int,
        *,
        reason: str,
        actor: str,
        key: str | None = None,
    ) -> Stock:
        """With the same ``key`` again it answers as before and counts once.

        Raises:
            NotFound: ``variant_not_found``.
            Conflict: ``stock_below_reserved``.
            Invalid: ``invalid_stock`` for a zero ``delta`` or stock out of range;
                ``idempotency_key_reused``.
        """
        request = {"variant_id": str(variant_id), "delta": delta, "reason": reason}
        async with self._begin() as work:
            # The lock makes a repeat wait for the one before it.
            before = await work.stock.of_variant_for_update(product_id, variant_id)
            if before is None:
                raise UNKNOWN_VARIANT
            if key is not None:
                known = await work.stock_requests.answer(actor, key, request)
                if known is not None:
                    return known
            after = before.adjusted(delta)
            await write_count(work, variant_id, before, after, reason=reason, actor=actor)
            if key is not None:
                await work.stock_requests.remember(actor, key, request, after)
            await work.commit()
        return after


async def write_count(
    work: ProductsUnitOfWork,
    variant_id: UUID,
    before: Stock,
    after: Stock,
    *,
    reason: str,
    actor: str,
) -> None:
    """Write a new count of what is on hand, its movement, and what search must know."""
    delta = after.on_hand - before.on_hand
    await work.stock.change_on_hand(variant_id, delta)
    await work.stock.record([(variant_id, delta)], reason, actor)
    if sold_out_or_back(before.available, after.available):
        versions = await work.products.versions_of_variants([variant_id])
        await work.events.append_all(of_versions(versions))
