"""Price and stock of variants at this moment."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import SnapshotView


class ReadSnapshots:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, variant_ids: Collection[UUID]) -> list[SnapshotView]:
        """Unknown variants are left out."""
        async with self._begin() as work:
            return await work.snapshots.of_variants(variant_ids)
