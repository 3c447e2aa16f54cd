"""Read one product in full."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import ProductView
from deployments.products.application.save_product import UNKNOWN_PRODUCT


class ReadProduct:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, key: UUID | str, *, hidden: bool = False) -> ProductView:
        """By id, or by slug when ``key`` is text.

        Raises:
            NotFound: unknown; or not published, unless ``hidden`` ones may be seen.
        """
        async with self._begin() as work:
            if isinstance(key, UUID):
                view = await work.catalogue.by_id(key)
            else:
                view = await work.catalogue.by_slug(key)
        if view is None or not (hidden or view.status == "published"):
            raise UNKNOWN_PRODUCT
        return view
