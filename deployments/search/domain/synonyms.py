"""Terms that mean the same in this shop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from deployments.search.domain.query import fold, words
from deployments.shared.errors import Invalid

MOST_SYNONYMS: Final = 1000
_LONGEST: Final = 60
# What a synonym counts of the word that was typed.
SYNONYM_WEIGHT: Final = 0.8

Lexemes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synonym:
    """``terms`` mean the same; ``one_way``: the first also finds the others, not vice versa."""

    id: UUID
    terms: tuple[str, ...]
    one_way: bool

    @classmethod
    def of(cls, identity: UUID, terms: Iterable[str], one_way: bool) -> Synonym:
        """Raises ``Invalid`` ``invalid_synonym``."""
        folded = [fold(term) for term in terms]
        if any(not words(term) or len(term) > _LONGEST for term in folded):
            raise Invalid("invalid_synonym", f"a term is a word or more, {_LONGEST} characters")
        if len(folded) < 2 or len({tuple(words(term)) for term in folded}) < len(folded):
            raise Invalid("invalid_synonym", "give two terms or more, each once")
        return cls(identity, tuple(folded), one_way)

    def pairs(self) -> set[tuple[str, str]]:
        """(term, term that it finds too)."""
        sources = self.terms[:1] if self.one_way else self.terms
        return {(one, other) for one in sources for other in self.terms if one != other}


@dataclass(frozen=True, slots=True)
class Alternative:
    """``term``, whose lexemes are ``lexemes``, may stand for the query's lexemes ``instead_of``."""

    instead_of: Lexemes
    lexemes: Lexemes
    term: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A term's lexemes, and the other terms with theirs."""

    asked: frozenset[str]
    others: tuple[tuple[str, Lexemes], ...]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """``rules`` by one lexeme of the term each is for."""

    rules: Mapping[str, Sequence[_Rule]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Iterable[tuple[Synonym, Sequence[Lexemes]]]) -> Synonyms:
        """
        Args:
            stored: each with the lexemes of each of its terms.
        """
        found: dict[frozenset[str], dict[str, Lexemes]] = {}
        for synonym, lexemes in stored:
            of_term = dict(zip(synonym.terms, lexemes, strict=True))
            for one, other in sorted(synonym.pairs()):
                # A term of stop words only has none.
                if of_term[one] and of_term[other] and set(of_term[one]) != set(of_term[other]):
                    found.setdefault(frozenset(of_term[one]), {})[other] = of_term[other]
        rules: dict[str, list[_Rule]] = {}
        for asked, others in found.items():
            rules.setdefault(min(asked), []).append(_Rule(asked, tuple(others.items())))
        return cls(rules)

    def alternatives(self, lexemes: Collection[str]) -> list[Alternative]:
        """What a query of ``lexemes`` also finds. A term of several words counts where all of
        them are asked for."""
        asked = frozenset(lexemes)
        return [
            Alternative(tuple(each for each in lexemes if each in rule.asked), others, term)
            for lexeme in asked
            for rule in self.rules.get(lexeme, ())
            if rule.asked <= asked
            for term, others in rule.others
        ]
