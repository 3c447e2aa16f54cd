"""The catalogue's own names for things: its brands, categories and attribute values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from deployments.search.domain.filter_keys import filter_key
from deployments.search.domain.query import fold

_WORD: Final = re.compile(r"[^\W_]+")
_MOST_WORDS: Final = 4
_SHORTEST: Final = 3

ReadingKind = Literal["category", "brand", "attribute"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What words of a query may name. ``parameter`` and ``value`` are the filter, ``key`` how
    products are compared with it: a category's path, a folded brand, a filter key."""

    kind: ReadingKind
    label: str
    parameter: str
    value: str
    key: str

    @property
    def facet(self) -> tuple[str, str]:
        """The facet in which it is a choice: query parameter and an attribute's folded name."""
        return self.parameter, self.key.partition(":")[0] if self.kind == "attribute" else ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``terms``: words, folded and without plural, joined by blanks → what they may name.
    ``currency`` is the shop's; None in an empty shop."""

    currency: str | None = None
    terms: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        currency: str | None,
        categories: Iterable[tuple[str, str]],
        brands: Iterable[str],
        attributes: Iterable[tuple[str, str]],
    ) -> Vocabulary:
        """
        Args:
            categories: (path, name)
            attributes: (name, value)
        """
        readings = [
            *(Reading("category", name, "category", path, path) for path, name in categories),
            *(Reading("brand", brand, "brand", brand, fold(brand)) for brand in brands),
            *(
                Reading("attribute", value, "attr", f"{name}:{value}", filter_key(name, value))
                for name, value in attributes
                if ":" not in name
            ),
        ]
        terms: dict[str, tuple[Reading, ...]] = {}
        for reading in readings:
            if (term := _term(reading.label)) is not None:
                terms[term] = (*terms.get(term, ()), reading)
        return cls(currency, terms)

    def longest(self) -> int:
        return _MOST_WORDS

    def categories_starting(self, folded: str) -> list[Reading]:
        """Those of which the name, or a word of it, starts so; shortest names first."""
        found = {
            reading.key: reading
            for readings in self.terms.values()
            for reading in readings
            if reading.kind == "category" and f" {fold(reading.label)}".find(f" {folded}") >= 0
        }
        return sorted(found.values(), key=lambda each: (len(each.label), each.label, each.key))

    def find(self, words: list[str]) -> tuple[Reading, ...]:
        """What the words (folded) name together."""
        return self.terms.get(_joined(words), ()) if words else ()


def _term(label: str) -> str | None:
    """None for what no one would mean by a word: a number, a letter, a text."""
    words = _WORD.findall(fold(label))
    spelt_out = sum(map(len, words)) >= _SHORTEST or (len(words) == 1 and len(label) > 1)
    if not 1 <= len(words) <= _MOST_WORDS or not spelt_out:
        return None
    return _joined(words) if any(char.isalpha() for word in words for char in word) else None


def _joined(words: list[str]) -> str:
    return " ".join([*words[:-1], singular(words[-1])])


def singular(word: str) -> str:
    """Without a simple plural ending; the same for either form, not always a word."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]
