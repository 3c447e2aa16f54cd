"""Import a batch of products from another system; the same batch again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from deployments.products.application.import_state import ImportItem, ImportState, load_state
from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.save_product import write_changes
from deployments.products.domain.image import Image, external_images
from deployments.products.domain.product import Product
from deployments.shared.errors import DomainError

Verdict = Literal["created", "updated", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    handle: str
    outcome: Verdict
    product_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    before: Product | None
    after: Product
    images: tuple[Image, ...] | None  # None: the images kept elsewhere stay as they are

    @property
    def verdict(self) -> Verdict:
        if self.before is None:
            return "created"
        return "unchanged" if self.after is self.before else "updated"


class ImportProducts:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, source: str, items: Sequence[ImportItem], actor: str, *, dry_run: bool
    ) -> list[Outcome]:
        """One outcome per item, in order. What breaks a rule is refused with the reason, and
        the rest goes in. ``dry_run`` says what would happen and writes nothing."""
        now = datetime.now(UTC)
        outcomes = []
        changes = []
        async with self._begin() as work:
            await work.products.lock_catalogue()
            state = await load_state(work, source, items)
            for item in items:
                try:
                    change = _plan(state, source, item, now)
                except DomainError as error:
                    outcomes.append(Outcome(item.handle, "refused", reason=error.detail))
                    continue
                state.accept(item, change.after)
                shown = None if dry_run and change.before is None else change.after.id
                outcomes.append(Outcome(item.handle, change.verdict, shown))
                if change.verdict != "unchanged":
                    changes.append(change)
            if changes and not dry_run:
                await _write(work, state, changes, f"import from {source}", actor)
                await work.commit()
        return outcomes


def _plan(state: ImportState, source: str, item: ImportItem, now: datetime) -> _Change:
    state.check(item)
    images = external_images(item.image_urls, item.draft.title)
    before = state.known.get(item.handle)
    slug = state.slug_of(item)
    category_id = state.category_of(item)
    if before is None:
        after = Product.create(
            item.draft, slug, category_id, now, source=source, handle=item.handle
        )
        return _Change(None, after, images)
    after = before.revised(item.draft, slug, category_id, state.ever_reserved, now)
    urls = tuple(image.external_url for image in images)
    if urls == state.external.get(before.id, ()):
        return _Change(before, after, None)
    return _Change(before, after.touched(now) if after is before else after, images)


async def _write(
    work: ProductsUnitOfWork,
    state: ImportState,
    changes: Sequence[_Change],
    reason: str,
    actor: str,
) -> None:
    await work.categories.add_all(state.new_categories)
    await write_changes(work, [(c.before, c.after) for c in changes], reason, actor)
    redone = [c.before.id for c in changes if c.before is not None and c.images is not None]
    await work.images.remove_external(redone)
    await work.images.add_all([(c.after.id, image) for c in changes for image in c.images or ()])
