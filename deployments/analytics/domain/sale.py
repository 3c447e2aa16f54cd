"""A paid order or a refund, as analytics keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SaleLine:
    """``unit_price`` is minor units of the sale's currency."""

    product_id: UUID | None
    variant_id: UUID | None
    sku: str
    title: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Sale:
    """``kind`` is ``purchase`` or ``refund``; amounts are minor units, positive in both."""

    source: str
    order_id: UUID
    order_number: str
    kind: str
    session_id: UUID | None
    customer_key: str | None
    country: str | None
    currency: str
    shipping: int
    tax: int
    discount: int
    total: int
    paid_at: datetime
    lines: tuple[SaleLine, ...]

    def fingerprint(self) -> str:
        """Equal for equal content, so that importing a sale again changes nothing."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()
