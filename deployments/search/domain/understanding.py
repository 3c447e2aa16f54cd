"""What of a query is a filter: chips a shopper sees and can take back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from deployments.search.domain.phrases import Phrase, find_phrases
from deployments.search.domain.query import Filters, fold
from deployments.search.domain.vocabulary import Reading, Vocabulary

_WORD: Final = re.compile(r"[^\W_]+")
# What is left of "for under 80, in black" when the price is taken out.
_DANGLING: Final = re.compile(r"^[\s,;.&+–-]+|(?:[\s,;&+–-]|\b(?:and|but|for|at|with)$)+$")

ChipKind = Literal["price", "brand", "category", "attribute", "stock", "rating"]


@dataclass(frozen=True, slots=True)
class Chip:
    """``words`` of the query, taken as ``filters``: (query parameter, value)."""

    kind: ChipKind
    label: str
    words: str
    filters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """``rest`` is the query without what ``chips`` say; ``filters`` the shopper's and theirs."""

    rest: str
    chips: tuple[Chip, ...]
    filters: Filters


@dataclass(frozen=True, slots=True)
class Guess:
    """``words`` that may name one of the ``readings``."""

    words: str
    readings: tuple[Reading, ...]

    def chip(self, reading: Reading) -> Chip:
        label = reading.label
        return Chip(reading.kind, label, self.words, ((reading.parameter, reading.value),))


def understand(
    text: str, currency: str | None, filters: Filters, literal: Collection[str]
) -> Understood:
    """Take the prices, stars and stock out of a query. What the shopper filters by already wins;
    ``literal`` words are left as they are."""
    kept = {fold(words) for words in literal}
    phrases = [
        phrase
        for phrase in find_phrases(text, currency)
        if fold(text[phrase.start : phrase.end]) not in kept
    ]
    rest = _without(text, phrases)
    if not phrases or not _WORD.search(rest):
        return Understood(text, (), filters)
    chips = []
    for phrase in phrases:
        changes = _changes(phrase, filters)
        if changes:
            filters = replace(filters, **changes)
            words = text[phrase.start : phrase.end].strip()
            values = tuple((name, _written(value)) for name, value in changes.items())
            chips.append(Chip(phrase.kind, phrase.label, words, values))
    return Understood(rest, tuple(chips), filters)


def _written(value: Any) -> str:
    return "true" if value is True else str(value)


def _changes(phrase: Phrase, filters: Filters) -> dict[str, Any]:
    """What the phrase adds to ``filters``."""
    if phrase.kind == "stock":
        return {} if filters.in_stock else {"in_stock": True}
    if phrase.kind == "rating":
        return {} if filters.rating_min is not None else {"rating_min": phrase.low}
    bounds = {"price_min": phrase.low, "price_max": phrase.high}
    return {
        name: bound
        for name, bound in bounds.items()
        if bound is not None and getattr(filters, name) is None
    }


def _without(text: str, phrases: Iterable[Phrase]) -> str:
    for phrase in sorted(phrases, key=lambda each: -each.start):
        text = f"{text[: phrase.start]} {text[phrase.end :]}"
    return _DANGLING.sub("", " ".join(text.split())).strip()


def guesses(
    text: str, vocabulary: Vocabulary, filters: Filters, literal: Collection[str]
) -> list[Guess]:
    """Words that are exactly a name of the catalogue, longest names first; each word once. None
    when a name is the whole query: what is called so is then found by it, whoever made it."""
    kept = {fold(words) for words in literal}
    matches = list(_WORD.finditer(text))
    folded = [fold(match[0]) for match in matches]
    if vocabulary.find(folded):
        return []
    free = [True] * len(matches)
    found: list[tuple[int, Guess]] = []
    for size in range(min(vocabulary.longest(), len(matches)), 0, -1):
        for start in range(len(matches) - size + 1):
            if not all(free[start : start + size]):
                continue
            readings = vocabulary.find(folded[start : start + size])
            allowed = tuple(each for each in readings if _is_open(each, filters))
            words = text[matches[start].start() : matches[start + size - 1].end()]
            if allowed and fold(words) not in kept:
                free[start : start + size] = [False] * size
                found.append((start, Guess(words, allowed)))
    return [guess for _, guess in sorted(found, key=lambda pair: pair[0])]


def _is_open(reading: Reading, filters: Filters) -> bool:
    """Whether the shopper has not chosen for themselves."""
    if reading.kind == "category":
        return filters.category is None
    if reading.kind == "brand":
        return not filters.brands
    name = fold(reading.value.partition(":")[0])
    return all(fold(chosen) != name for chosen, _ in filters.attributes)


def best_reading(shares: Sequence[tuple[Reading, float]], least: float) -> Reading | None:
    """That of which the largest share of the best results is; None when too few are or two are
    equally likely."""
    ranked = sorted(shares, key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < least:
        return None
    if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        return None
    return ranked[0][0]
