"""A query's terms, with the synonyms that may stand for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from deployments.search.domain.synonyms import SYNONYM_WEIGHT, Alternative
from deployments.search.domain.term_weights import Term

_MOST: Final = 32


def with_synonyms(
    terms: Sequence[Term], alternatives: Sequence[Alternative], counts: Mapping[str, int]
) -> list[Term]:
    """``terms`` and for each part of the query what else may stand for it, a bit lighter.

    An alternative of several words is represented by the rarest of them that a product holds; in
    place of several words of the query it stands for each.

    Args:
        counts: how many products hold each lexeme.
    """
    part_of = {term.lexeme: term for term in terms}
    added: dict[tuple[str, int], Term] = {}
    for alternative in alternatives:
        held = [lexeme for lexeme in alternative.lexemes if counts.get(lexeme)]
        if len(held) < len(alternative.lexemes):
            continue
        rarest = min(held, key=lambda lexeme: (counts[lexeme], lexeme))
        for lexeme in alternative.instead_of:
            term = part_of.get(lexeme)
            if term is not None and rarest != lexeme:
                weight = term.weight * SYNONYM_WEIGHT
                added.setdefault((rarest, term.part), Term(rarest, term.part, weight))
    return [*terms, *list(added.values())[:_MOST]]
