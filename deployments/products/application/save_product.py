"""The steps that creating, replacing and importing products share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence, Set
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork
from deployments.products.application.product_events import of_change
from deployments.products.domain.draft import ProductDraft
from deployments.products.domain.product import Product, stock_changes
from deployments.products.domain.slugs import slugify
from deployments.shared.errors import Conflict, Invalid, NotFound
from deployments.shared.ids import new_id

_SUFFIXES = range(2, 32)
SLUG_TAKEN = Conflict("slug_taken", "another product has this slug; choose another one")
SKU_TAKEN = Conflict("sku_taken", "another product has a variant with this SKU")
UNKNOWN_PRODUCT = NotFound("product_not_found", "there is no such product")


async def write_changes(
    work: ProductsUnitOfWork,
    changes: Sequence[tuple[Product | None, Product]],
    reason: str,
    actor: str,
) -> None:
    """Write (before, after) pairs, before None for a new product: rows, movements, events; links
    to a product's old slug lead to its new one."""
    await work.products.add_all([after for before, after in changes if before is None])
    await work.products.save_all(
        [(before, after) for before, after in changes if before is not None]
    )
    renamed = [(b, a) for b, a in changes if b is None or b.slug != a.slug]
    await work.products.keep_old_slugs(
        {before.slug: before.id for before, _ in renamed if before is not None},
        taken=[after.slug for _, after in renamed],
    )
    moves = [
        (change.variant_id, change.delta)
        for before, after in changes
        for change in stock_changes(before, after)
    ]
    await work.stock.record(moves, reason, actor)
    await work.events.append_all([of_change(before, after) for before, after in changes])


async def find_category(work: ProductsUnitOfWork, path: str | None) -> UUID | None:
    """Raises ``Invalid`` ``unknown_category``."""
    if path is None:
        return None
    category = (await work.categories.by_paths([path])).get(path)
    if category is None:
        raise Invalid("unknown_category", f"there is no category {path[:300]!r}; make it first")
    return category.id


async def free_slugs(
    work: ProductsUnitOfWork, titles: Sequence[str], avoid: Set[str] = frozenset()
) -> list[str]:
    """A slug of its own for each title: 'desk-lamp', 'desk-lamp-2' …, none of ``avoid``.

    Hold the catalogue's lock.
    """
    bases = [slugify(title, fallback="product") for title in titles]
    taken = await work.products.taken_slugs(set(bases)) | avoid
    uses = Counter(bases)
    clashing = {base for base in bases if base in taken or uses[base] > 1}
    if clashing:
        candidates = {f"{base}-{n}" for base in clashing for n in _SUFFIXES}
        taken |= await work.products.taken_slugs(candidates)
    slugs = []
    for base in bases:
        numbered = (f"{base}-{n}" for n in _SUFFIXES)
        free = next((slug for slug in (base, *numbered) if slug not in taken), None)
        slug = free or f"{base[:147]}-{new_id().hex[-12:]}"
        taken.add(slug)
        slugs.append(slug)
    return slugs


async def require_own_skus(
    work: ProductsUnitOfWork, draft: ProductDraft, own: UUID | None = None
) -> None:
    """Raises ``Conflict`` ``sku_taken`` when a variant's SKU belongs to another product."""
    owners = await work.products.owners_of_skus([v.sku for v in draft.variants])
    refuse_foreign_skus(draft, owners, own)


def refuse_foreign_skus(draft: ProductDraft, owners: dict[str, UUID], own: UUID | None) -> None:
    for variant in draft.variants:
        if owners.get(variant.sku, own) != own:
            raise Conflict(
                "sku_taken", f"another product has a variant with the SKU {variant.sku!r}"
            )


async def take_slug(work: ProductsUnitOfWork, slug: str, taken_by_me: Collection[str] = ()) -> str:
    """``slug`` itself; raises ``Conflict`` ``slug_taken`` when another product has it."""
    if slug not in taken_by_me and await work.products.taken_slugs([slug]):
        raise SLUG_TAKEN
    return slug
