"""What an import batch must know of the catalogue to decide on each product by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork
from deployments.products.application.save_product import (
    SLUG_TAKEN,
    free_slugs,
    refuse_foreign_skus,
)
from deployments.products.domain.category import Category, checked_name, paths_of
from deployments.products.domain.draft import ProductDraft
from deployments.products.domain.product import Product
from deployments.shared.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class ImportItem:
    """``category_names`` (root first) wins over ``category`` (a path that must exist)."""

    handle: str
    draft: ProductDraft
    category: str | None = None
    category_names: tuple[str, ...] = ()
    image_urls: tuple[str, ...] = ()


@dataclass
class ImportState:
    """Grows while items are accepted: later items of the batch see the earlier ones."""

    known: Mapping[str, Product]
    owners: dict[str, UUID]
    ever_reserved: set[UUID]
    external: Mapping[UUID, tuple[str, ...]]
    categories: dict[str, Category]
    taken_slugs: set[str]
    made_slugs: Mapping[str, str]
    new_categories: list[Category] = field(default_factory=list)
    handles: set[str] = field(default_factory=set)

    def check(self, item: ImportItem) -> None:
        """Raises ``DomainError`` for what the catalogue as a whole does not allow."""
        if "\0" in item.handle:
            raise Invalid("invalid_text", "texts can't contain the NUL character")
        if item.handle in self.handles:
            raise Conflict("duplicate_handle", "the batch names this handle twice")
        item.draft.check()
        before = self.known.get(item.handle)
        refuse_foreign_skus(item.draft, self.owners, before.id if before else None)

    def slug_of(self, item: ImportItem) -> str:
        before = self.known.get(item.handle)
        slug = item.draft.slug
        if slug is None:
            return before.slug if before else self.made_slugs[item.handle]
        if slug in self.taken_slugs and not (before and before.slug == slug):
            raise SLUG_TAKEN
        return slug

    def category_of(self, item: ImportItem) -> UUID | None:
        """Makes the categories along ``category_names`` that don't exist."""
        if not item.category_names:
            if item.category is None:
                return None
            if item.category not in self.categories:
                raise Invalid("unknown_category", f"there is no category {item.category!r}")
            return self.categories[item.category].id
        parent: Category | None = None
        for name, path in zip(item.category_names, paths_of(item.category_names), strict=True):
            category = self.categories.get(path)
            if category is None:
                category = Category.below(parent, checked_name(name))
                self.categories[path] = category
                self.new_categories.append(category)
            parent = category
        return parent.id if parent else None

    def accept(self, item: ImportItem, product: Product) -> None:
        self.handles.add(item.handle)
        self.taken_slugs.add(product.slug)
        self.owners.update((variant.sku, product.id) for variant in product.variants)


def _paths(item: ImportItem) -> list[str]:
    if not item.category_names:
        return [item.category] if item.category else []
    try:
        return paths_of(item.category_names)
    except Invalid:
        return []  # refused when its turn comes


async def load_state(
    work: ProductsUnitOfWork, source: str, items: Sequence[ImportItem]
) -> ImportState:
    """Read for the whole batch at once; existing products stay locked."""
    # A NUL can't be sent to the database; such an item is refused when its turn comes.
    handles = {item.handle for item in items if "\0" not in item.handle}
    known = await work.products.by_handles_for_update(source, handles)
    variants = [variant.id for product in known.values() for variant in product.variants]
    skus = {v.sku for item in items for v in item.draft.variants if "\0" not in v.sku}
    slugs = {item.draft.slug for item in items if item.draft.slug is not None}
    taken = await work.products.taken_slugs(slugs)
    unnamed = [i for i in items if i.handle not in known and i.draft.slug is None]
    made = await free_slugs(work, [item.draft.title for item in unnamed], avoid=slugs)
    return ImportState(
        known=known,
        owners=await work.products.owners_of_skus(skus),
        ever_reserved=await work.reservations.ever_reserved(variants),
        external=await work.images.external_of([product.id for product in known.values()]),
        categories=await work.categories.by_paths({p for item in items for p in _paths(item)}),
        taken_slugs=taken,
        made_slugs={item.handle: slug for item, slug in zip(unnamed, made, strict=True)},
    )
