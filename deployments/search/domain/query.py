"""What a shopper typed, made safe to search."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from deployments.search.domain.spelling import can_be_mistyped

_MAX_CHARACTERS = 300
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """``text`` for comparison: NFKC, without control characters and repeated blanks, lower case."""
    return _clean(text).casefold()


def _clean(text: str) -> str:
    normal = " ".join(unicodedata.normalize("NFKC", text).split())
    if normal.isprintable():
        return normal
    # Every category of "other" goes: control, format, surrogate, private, unassigned.
    kept = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in normal)
    return " ".join(kept.split())


def words(text: str) -> list[str]:
    """Distinct words in lower case, in order."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` is at most 300 characters, cut between words."""

    text: str

    @classmethod
    def of(cls, raw: str) -> Query:
        text = _clean(raw)
        if len(text) > _MAX_CHARACTERS:
            head, _, _ = text[: _MAX_CHARACTERS + 1].rpartition(" ")
            text = head or text[:_MAX_CHARACTERS]
        return cls(text)

    @property
    def is_empty(self) -> bool:
        return not self.text

    @property
    def has_words(self) -> bool:
        """False for pictographs and punctuation, which name no product."""
        return _WORD.search(self.text) is not None

    @property
    def words(self) -> list[str]:
        return words(self.text)

    @property
    def correctable(self) -> list[str]:
        """The words that may be misspelt, which model numbers and sizes are not."""
        return [word for word in self.words if can_be_mistyped(word)]

    @property
    def folded(self) -> str:
        return fold(self.text)

    def corrected(self, corrections: dict[str, str]) -> Query:
        """The query with mistyped words (lower case) replaced."""
        if not corrections:
            return self
        return Query(_WORD.sub(lambda m: corrections.get(m[0].casefold(), m[0]), self.text))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a result must satisfy. ``category`` is a path and includes what lies below it;
    prices are minor units; brands are compared without case; ``in_stock``: only what can be
    bought now; ``attributes``: (name, any of these values), each of them; ``rating_min``: stars."""

    category: str | None = None
    brands: tuple[str, ...] = field(default_factory=tuple)
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    rating_min: int | None = None
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
