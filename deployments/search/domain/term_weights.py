"""How much each word of a query counts: a word that few products hold tells more."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Final

# A query of more words would cost the database more than it tells it.
_MOST_TERMS: Final = 16
# Frequencies are known of the commonest words only; what is not among them is this much rarer
# than the rarest of them.
_RARER: Final = 4


def term_weights(
    lexemes: Iterable[str], frequencies: Mapping[str, float], absent: Collection[str] = ()
) -> dict[str, float]:
    """Inverse document frequency of each lexeme, heaviest first; all alike when nothing is known.

    Args:
        frequencies: share of documents, 0..1, of the commonest lexemes.
        absent: lexemes that no product holds. They tell no product from another, but tell that
            the shop may not have what is wanted: they count half.
    """
    floor = min(frequencies.values(), default=0.1) / _RARER
    weights = {
        lexeme: -math.log(min(frequencies.get(lexeme, floor), 0.99))
        * (0.5 if lexeme in absent else 1)
        for lexeme in lexemes
    }
    heaviest = sorted(weights, key=lambda lexeme: -weights[lexeme])[:_MOST_TERMS]
    return {lexeme: weights[lexeme] for lexeme in heaviest}
