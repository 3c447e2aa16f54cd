from __future__ import annotations

import pytest

from deployments.search.domain.term_weights import rarity, weighted_terms


def weights(counts: dict[str, int], *lexemes: str) -> dict[str, float]:
    return {t.lexeme: t.weight for t in weighted_terms(lexemes, counts, 1000)}


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    assert weights({"shoe": 500, "waterproof": 5}, "shoe", "waterproof") == {
        "waterproof": pytest.approx(0.883, abs=1e-3),
        "shoe": pytest.approx(0.117, abs=1e-3),
    }


def test_rarity_is_that_of_bm25() -> None:
    assert rarity(10, 1000) == pytest.approx(4.5573, abs=1e-4)
    assert rarity(1000, 1000) > 0


def test_all_parts_together_are_one() -> None:
    found = weights({"a": 3, "b": 30, "c": 300}, "a", "b", "c", "d")
    assert sum(found.values()) == pytest.approx(1)


def test_a_word_that_no_product_holds_counts_half() -> None:
    found = weights({"rare": 1}, "rare", "unheard")
    assert 0.5 < found["unheard"] / found["rare"] < 0.6


def test_each_lexeme_is_a_part_of_its_own() -> None:
    assert [t.part for t in weighted_terms(["a", "b"], {"a": 1, "b": 2}, 10)] == [0, 1]


def test_of_very_many_words_only_the_heaviest_are_searched() -> None:
    counts = {f"w{i}": i + 1 for i in range(40)}
    found = weighted_terms(counts, counts, 1000)
    assert [t.lexeme for t in found] == [f"w{i}" for i in range(16)]


def test_an_empty_query_has_no_terms() -> None:
    assert weighted_terms([], {}, 0) == []
