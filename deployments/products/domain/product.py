"""A product with its variants and their stock: the unit that is created, revised, archived."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from deployments.products.domain.draft import ProductDraft, Status, VariantDraft
from deployments.products.domain.stock import Stock
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Variant:
    """An inactive variant is not sold any more but known to orders."""

    id: UUID
    sku: str
    barcode: str | None
    options: Mapping[str, str]
    price: int
    compare_at: int | None
    position: int
    active: bool
    stock: Stock

    @classmethod
    def of(cls, draft: VariantDraft, position: int, known: Variant | None) -> Variant:
        stock = known.stock if known else Stock()
        return cls(
            known.id if known else new_id(),
            draft.sku,
            draft.barcode,
            dict(draft.options),
            draft.price,
            draft.compare_at,
            position,
            active=True,
            stock=stock if draft.on_hand is None else stock.counted(draft.on_hand),
        )


@dataclass(frozen=True, slots=True)
class StockChange:
    variant_id: UUID
    delta: int


@dataclass(frozen=True, slots=True)
class Product:
    """``source`` and ``handle`` say which import it came from; ``version`` counts its changes;
    orders and adjustments of stock are none."""

    id: UUID
    slug: str
    title: str
    description: str
    brand: str | None
    category_id: UUID | None
    attributes: Mapping[str, str]
    tags: tuple[str, ...]
    status: Status
    currency: str
    variants: tuple[Variant, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    source: str | None = None
    handle: str | None = None

    @classmethod
    def create(
        cls,
        draft: ProductDraft,
        slug: str,
        category_id: UUID | None,
        now: datetime,
        *,
        source: str | None = None,
        handle: str | None = None,
    ) -> Product:
        """Raises ``Invalid`` when ``draft`` breaks a rule of the catalogue."""
        draft.check()
        variants = tuple(Variant.of(v, i, None) for i, v in enumerate(draft.variants))
        return cls(
            new_id(),
            slug,
            draft.title,
            draft.description,
            draft.brand,
            category_id,
            dict(draft.attributes),
            tuple(dict.fromkeys(draft.tags)),
            draft.status,
            draft.currency,
            variants,
            version=1,
            created_at=now,
            updated_at=now,
            source=source,
            handle=handle,
        )

    def require_version(self, version: int | None) -> None:
        """Raises ``Conflict`` ``version_conflict`` when someone changed the product meanwhile."""
        if version is not None and version != self.version:
            raise Conflict(
                "version_conflict",
                "the product has changed since you read it; read it again",
                version=self.version,
            )

    def revised(
        self,
        draft: ProductDraft,
        slug: str,
        category_id: UUID | None,
        ever_reserved: Set[UUID],
        now: datetime,
    ) -> Product:
        """This product as ``draft`` says; the same object when that changes nothing.

        Variants keep their id by SKU. One that is left out goes, but stays as inactive when an
        order ever reserved it.

        Raises:
            Invalid: a rule of the catalogue is broken.
            Conflict: ``stock_below_reserved``.
        """
        draft.check()
        known = {variant.sku: variant for variant in self.variants}
        variants = [Variant.of(v, i, known.get(v.sku)) for i, v in enumerate(draft.variants)]
        named = {variant.sku for variant in variants}
        for variant in self.variants:
            if variant.sku not in named and variant.id in ever_reserved:
                variants.append(replace(variant, active=False, position=len(variants)))
        changed = replace(
            self,
            slug=slug,
            title=draft.title,
            description=draft.description,
            brand=draft.brand,
            category_id=category_id,
            attributes=dict(draft.attributes),
            tags=tuple(dict.fromkeys(draft.tags)),
            status=draft.status,
            currency=draft.currency,
            variants=tuple(variants),
        )
        return self if changed == self else changed.touched(now)

    def with_status(self, status: Status, now: datetime) -> Product:
        """In the shop, in preparation or out of it; the same object when it is so already."""
        if self.status == status:
            return self
        return replace(self, status=status).touched(now)

    def touched(self, now: datetime) -> Product:
        return replace(self, version=self.version + 1, updated_at=now)

    @property
    def for_sale(self) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.variants if variant.active)

    @property
    def cheapest(self) -> Variant:
        return min(self.for_sale, key=lambda variant: (variant.price, variant.position))

    @property
    def price_to(self) -> int:
        return max(variant.price for variant in self.for_sale)


def stock_changes(before: Product | None, after: Product) -> list[StockChange]:
    """What the change did to stock on hand; a variant that is gone takes its stock along."""
    old = {v.id: v.stock.on_hand for v in before.variants} if before else {}
    new = {v.id: v.stock.on_hand for v in after.variants}
    return [
        StockChange(identity, new.get(identity, 0) - old.get(identity, 0))
        for identity in sorted(old.keys() | new.keys())
        if new.get(identity, 0) != old.get(identity, 0)
    ]
