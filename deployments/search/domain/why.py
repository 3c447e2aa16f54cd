"""Why a product is in the list, in a few words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from deployments.search.domain.query import words
from deployments.search.domain.synonyms import Alternative

ReasonKind = Literal[
    "exact", "title", "brand", "category", "attribute", "description", "synonym", "meaning"
]
# What each weight of a document's text stands for.
_FIELDS: Final[Mapping[str, ReasonKind]] = {
    "A": "title",
    "B": "category",
    "C": "attribute",
    "D": "description",
}
_ORDER: Final[Sequence[ReasonKind]] = ("title", "brand", "category", "attribute", "description")


@dataclass(frozen=True, slots=True)
class Reason:
    kind: ReasonKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was searched: the query as typed, its lexemes, and what may stand for them."""

    text: str
    lexemes: Sequence[str]
    alternatives: Sequence[Alternative] = ()

    @property
    def looked_for(self) -> list[str]:
        """All lexemes by which a product can be found."""
        others = (lexeme for each in self.alternatives for lexeme in each.lexemes)
        return list(dict.fromkeys([*self.lexemes, *others]))


def reasons(
    asked: Asked, matched_by: Collection[str], weights: Mapping[str, str], brand: str | None
) -> list[Reason]:
    """
    Args:
        matched_by: exact, text, meaning.
        weights: the lexemes a product holds → A, B, C or D, its best field that holds it.
    """
    found = [Reason("exact", asked.text)] if "exact" in matched_by else []
    typed = words(asked.text)
    by_kind: dict[ReasonKind, list[str]] = {}
    for lexeme in asked.lexemes:
        if (weight := weights.get(lexeme)) is not None:
            kind = _FIELDS[weight]
            if kind == "category" and _holds(brand, lexeme):
                kind = "brand"
            by_kind.setdefault(kind, []).append(_as_typed(lexeme, typed))
    found += [Reason(kind, _listed(by_kind[kind], typed)) for kind in _ORDER if kind in by_kind]
    found += [Reason("synonym", term) for term in _synonyms(asked, weights)]
    return [*found, Reason("meaning")] if "meaning" in matched_by else found


def _synonyms(asked: Asked, weights: Mapping[str, str]) -> list[str]:
    """The terms found in place of words that are not."""
    used = [
        each.term
        for each in asked.alternatives
        if all(lexeme in weights for lexeme in each.lexemes)
        and not all(lexeme in weights for lexeme in each.instead_of)
    ]
    return list(dict.fromkeys(used))


def _holds(text: str | None, lexeme: str) -> bool:
    return any(_as_typed(lexeme, [word]) == word for word in words(text or ""))


def _as_typed(lexeme: str, typed: Sequence[str]) -> str:
    """The word that the lexeme is the stem of: "batteri" of batteries."""
    stem = lexeme.removesuffix("i")
    stems = [word for word in typed if word.startswith(stem) or lexeme.startswith(word)]
    return min(stems, key=lambda word: abs(len(word) - len(lexeme)), default=lexeme)


def _listed(found: Sequence[str], typed: Sequence[str]) -> str:
    """In the order they were typed."""
    order = {word: place for place, word in enumerate(typed)}
    return " ".join(sorted(dict.fromkeys(found), key=lambda word: order.get(word, len(order))))
