"""How much each word of a query counts: a word that few products hold tells more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

# A query of more words would cost the database more than it tells it.
_MOST_TERMS: Final = 16
# A word that no product holds tells no product from another, but tells that the shop may not have
# what is wanted.
_ABSENT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Term:
    """A lexeme that stands for a part of the query, by its number; several may stand for one.
    ``weight``: what it counts, in parts of 1."""

    lexeme: str
    part: int
    weight: float


def rarity(documents: int, total: int) -> float:
    """Inverse document frequency as of BM25, of a word that ``documents`` of ``total`` hold."""
    return math.log(1 + (max(total - documents, 0) + 0.5) / (documents + 0.5))


def weighted_terms(lexemes: Iterable[str], counts: Mapping[str, int], total: int) -> list[Term]:
    """Each lexeme as a part of its own, heaviest first.

    Args:
        counts: how many of the ``total`` products hold each lexeme.
    """
    weights = {
        lexeme: rarity(counts.get(lexeme, 0), total) * (1 if counts.get(lexeme) else _ABSENT)
        for lexeme in lexemes
    }
    heaviest = sorted(weights, key=lambda lexeme: -weights[lexeme])[:_MOST_TERMS]
    whole = sum(weights[lexeme] for lexeme in heaviest) or 1.0
    return [Term(lexeme, part, weights[lexeme] / whole) for part, lexeme in enumerate(heaviest)]
