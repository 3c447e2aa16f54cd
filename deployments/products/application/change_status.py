"""Publish a product, take it back to draft, or archive it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import ProductView
from deployments.products.application.save_product import UNKNOWN_PRODUCT, write_changes
from deployments.products.domain.draft import Status


class ChangeStatus:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, status: Status, actor: str) -> ProductView:
        """Orders still know what is not published. Again is a no-op; raises ``NotFound``."""
        async with self._begin() as work:
            before = await work.products.by_id_for_update(product_id)
            if before is None:
                raise UNKNOWN_PRODUCT
            after = before.with_status(status, datetime.now(UTC))
            if after is not before:
                await write_changes(work, [(before, after)], status, actor)
            view = await work.catalogue.by_id(product_id)
            await work.commit()
        if view is None:
            raise UNKNOWN_PRODUCT
        return view
