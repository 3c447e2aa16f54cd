"""A variant as products offers it at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from deployments.shared.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: Mapping[str, str]
    image_url: str | None
    price: Money
    available: int
    published: bool

    def is_sold_in(self, currency: str) -> bool:
        return self.published and self.price.currency == currency


Offers = Mapping[UUID, Offer]
