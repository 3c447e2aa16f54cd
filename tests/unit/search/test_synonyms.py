"""Terms that mean the same."""

from __future__ import annotations

from uuid import UUID

import pytest

from deployments.search.domain.synonym_terms import with_synonyms
from deployments.search.domain.synonyms import Lexemes, Synonym, Synonyms
from deployments.search.domain.term_weights import Term
from deployments.shared.errors import Invalid

_ID = UUID(int=1)


def known(*terms: str, one_way: bool = False) -> Synonyms:
    synonym = Synonym.of(_ID, terms, one_way)
    lexemes: list[Lexemes] = [tuple(term.split()) for term in synonym.terms]
    return Synonyms.of([(synonym, lexemes)])


def found(synonyms: Synonyms, query: str) -> set[tuple[str, Lexemes]]:
    return {(each.term, each.instead_of) for each in synonyms.alternatives(query.split())}


def test_each_term_finds_the_others() -> None:
    sofas = known("Sofa", "couch", "SETTEE ")
    assert found(sofas, "red couch") == {("sofa", ("couch",)), ("settee", ("couch",))}
    assert found(sofas, "red chair") == set()


def test_one_way_only_the_first_finds_the_others() -> None:
    shoes = known("shoe", "sneaker", one_way=True)
    assert found(shoes, "shoe") == {("sneaker", ("shoe",))}
    assert found(shoes, "sneaker") == set()


def test_a_term_of_several_words_needs_all_of_them() -> None:
    washers = known("washing machine", "washer")
    assert found(washers, "washing cloth") == set()
    assert found(washers, "new washing machine") == {("washer", ("washing", "machine"))}
    assert found(washers, "washer") == {("washing machine", ("washer",))}


def test_a_term_without_lexemes_means_nothing() -> None:
    synonym = Synonym.of(_ID, ["the", "couch", "sofa"], False)
    synonyms = Synonyms.of([(synonym, [(), ("couch",), ("couch",)])])
    assert synonyms.alternatives(["couch"]) == []


@pytest.mark.parametrize(
    "terms",
    [
        ["sofa", "SOFA"],
        ["sofa", "sofa  "],
        ["sofa", "so-fa", "so fa"],
        ["sofa"],
        ["sofa", "!!"],
        ["sofa", "\u200b"],
        ["sofa", "ﷺ" * 60],
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: list[str]) -> None:
    with pytest.raises(Invalid, match="term"):
        Synonym.of(_ID, terms, False)


def test_a_synonym_counts_a_bit_less_than_the_word_typed() -> None:
    terms = [Term("couch", 0, 0.75), Term("red", 1, 0.25)]
    alternatives = known("couch", "sofa").alternatives(["couch", "red"])
    counts = {"couch": 1, "red": 5, "sofa": 9}
    assert with_synonyms(terms, alternatives, counts) == [*terms, Term("sofa", 0, 0.75 * 0.8)]
    assert with_synonyms(terms, alternatives, counts | {"sofa": 0}) == terms
    assert with_synonyms(terms, [], counts) == terms


def test_a_synonym_of_several_words_stands_for_its_rarest_and_for_each_it_replaces() -> None:
    counts = {"washing": 50, "machine": 20, "washer": 5}
    washers = known("washing machine", "washer")
    one = with_synonyms([Term("washer", 0, 1)], washers.alternatives(["washer"]), counts)
    assert one[1:] == [Term("machine", 0, 0.8)]
    both = [Term("washing", 0, 0.5), Term("machine", 1, 0.5)]
    more = with_synonyms(both, washers.alternatives(["washing", "machine"]), counts)
    assert more[2:] == [Term("washer", 0, 0.4), Term("washer", 1, 0.4)]
