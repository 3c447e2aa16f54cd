"""The events that tell others what became of a product."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from deployments.products.domain.product import Product
from deployments.shared.events import PRODUCTS, Event


def changed(product_id: UUID, version: int) -> Event:
    return Event(PRODUCTS, "product.changed", {"product_id": str(product_id), "version": version})


def deleted(product_id: UUID, version: int) -> Event:
    return Event(PRODUCTS, "product.deleted", {"product_id": str(product_id), "version": version})


def of_change(before: Product | None, after: Product) -> Event:
    """``product.deleted`` when the change took the product out of the shop."""
    withdrawn = before is not None and before.status == "published"
    if after.status == "archived" or (withdrawn and after.status != "published"):
        return deleted(after.id, after.version)
    return changed(after.id, after.version)


def of_versions(versions: Mapping[UUID, int]) -> list[Event]:
    """``versions``: product id → version of products that changed otherwise: they sold out or
    came back, their category has another name."""
    return [changed(product_id, version) for product_id, version in sorted(versions.items())]
