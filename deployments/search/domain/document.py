"""A product as search knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from deployments.search.domain.filter_keys import filter_keys
from deployments.search.domain.query import fold, words

# What the model reads: its vectors get worse, not better, with more text.
_DESCRIPTION_CHARACTERS = 200

_HAS = frozenset({"yes", "true"})
_HAS_NOT = frozenset({"no", "false", "none", "n/a", "-"})


@dataclass(frozen=True, slots=True)
class Document:
    """One published product at ``version``. ``options`` are the values its variants have,
    ``rating`` is the average of its published reviews, ``card`` how lists show it."""

    product_id: UUID
    version: int
    title: str
    description: str
    brand: str | None
    category_path: str | None
    category_name: str | None
    attributes: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    tags: tuple[str, ...]
    identifiers: tuple[str, ...]
    price_from: int
    currency: str
    in_stock: bool
    rating: float | None
    created_at: datetime
    card: Mapping[str, Any]

    @property
    def exact_title(self) -> str:
        return fold(self.title)

    @property
    def group_text(self) -> str:
        """Brand and category: path and name, as both carry words shoppers use."""
        path = (self.category_path or "").replace("/", " ").replace("-", " ")
        return " ".join(part for part in (self.brand, self.category_name, path) if part)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The values of each attribute and option."""
        return {name: (value,) for name, value in self.attributes.items()} | dict(self.options)

    @property
    def filter_keys(self) -> list[str]:
        return sorted(set(filter_keys(self.values)))

    @property
    def _listed(self) -> list[str]:
        return [", ".join(values) for values in self.values.values()]

    @property
    def attribute_text(self) -> str:
        """Values, and of what a product just has ("bluetooth: yes") the name."""
        stated = [
            name if folded in _HAS else listed
            for name, listed in zip(self.values, self._listed, strict=True)
            if (folded := fold(listed)) not in _HAS_NOT
        ]
        return " ".join([*stated, *self.tags])

    @property
    def embedding_text(self) -> str:
        """Without the attributes: words find those, and vectors get worse with lists of values."""
        parts = (self.title, self.category_name, self.description[:_DESCRIPTION_CHARACTERS])
        return ". ".join(part.strip() for part in parts if part and part.strip())

    @property
    def _everything(self) -> str:
        return f"{self.title} {self.group_text} {self.attribute_text} {self.description}"

    def vocabulary(self) -> Iterator[str]:
        """Words a mistyped query word may have meant."""
        for word in words(self._everything):
            if 3 <= len(word) <= 40 and word.isalpha():
                yield word
