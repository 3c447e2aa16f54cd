"""A category of the catalogue's tree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from deployments.products.domain.slugs import slugify
from deployments.shared.errors import Invalid
from deployments.shared.ids import new_id

MAX_DEPTH = 6
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Category:
    """``path`` is the slugs from the root joined by '/'."""

    id: UUID
    slug: str
    name: str
    path: str
    parent_id: UUID | None = None
    position: int = 0

    @classmethod
    def below(
        cls, parent: Category | None, name: str, *, slug: str | None = None, position: int = 0
    ) -> Category:
        """A new category inside ``parent`` (None: at the root).

        Raises:
            Invalid: ``invalid_category`` for an empty or long name or a tree too deep.
        """
        name = checked_name(name)
        slug = slug or category_slug(name)
        depth = len(parent.path.split("/")) if parent else 0
        if depth >= MAX_DEPTH:
            raise Invalid("invalid_category", f"categories nest at most {MAX_DEPTH} deep")
        path = f"{parent.path}/{slug}" if parent else slug
        return cls(new_id(), slug, name, path, parent.id if parent else None, position)

    def require_outside(self, target: Category | None) -> None:
        """Raises ``Invalid`` ``category_in_itself`` when ``target`` is this or below it."""
        if target is not None and f"{target.path}/".startswith(f"{self.path}/"):
            raise Invalid("category_in_itself", "a category can't go into itself")

    def changed(
        self, parent: Category | None, *, name: str, slug: str | None, position: int, depth: int
    ) -> Category:
        """This category inside ``parent`` (None: at the root) under another name.

        Args:
            slug: None leaves it as it is.
            depth: levels of its subtree, itself included.

        Raises:
            Invalid: ``invalid_category``, ``category_in_itself``.
        """
        self.require_outside(parent)
        if (parent.path.count("/") + 1 if parent else 0) + depth > MAX_DEPTH:
            raise Invalid("invalid_category", f"categories nest at most {MAX_DEPTH} deep")
        slug = slug or self.slug
        return replace(
            self,
            name=checked_name(name),
            slug=slug,
            path=f"{parent.path}/{slug}" if parent else slug,
            parent_id=parent.id if parent else None,
            position=position,
        )


def checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise Invalid("invalid_category", f"a category's name has 1 to {MAX_NAME} characters")
    return name


def category_slug(name: str) -> str:
    """Slug of a name; a name without a Latin letter or digit gets one from its hash."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return slugify(name, fallback=f"category-{digest}")


def paths_of(names: Sequence[str]) -> list[str]:
    """Paths of the categories along ``names`` (root first).

    Raises:
        Invalid: ``invalid_category`` for an empty or long name or too many of them.
    """
    if len(names) > MAX_DEPTH:
        raise Invalid("invalid_category", f"categories nest at most {MAX_DEPTH} deep")
    slugs = [category_slug(checked_name(name)) for name in names]
    return ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
