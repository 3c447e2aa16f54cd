"""How much each word of a query counts."""

from __future__ import annotations

from deployments.search.domain.term_weights import term_weights


def test_rare_words_count_more() -> None:
    weights = term_weights(["black", "toner", "lc51c"], {"black": 0.3, "toner": 0.05})
    assert weights["lc51c"] > weights["toner"] > weights["black"] > 0
    assert list(weights) == ["lc51c", "toner", "black"]


def test_without_statistics_all_count_alike() -> None:
    weights = term_weights(["black", "toner"], {})
    assert weights["black"] == weights["toner"] > 0


def test_a_word_no_product_holds_counts_half() -> None:
    weights = term_weights(["gucci", "handbag"], {}, absent=["gucci"])
    assert weights["gucci"] * 2 == weights["handbag"]


def test_a_word_in_every_product_still_counts() -> None:
    assert term_weights(["the"], {"the": 1.0})["the"] > 0


def test_only_the_most_telling_words_of_a_long_query_are_kept() -> None:
    frequencies = {f"word{n}": 0.01 * n for n in range(1, 41)}
    kept = term_weights(frequencies, frequencies)
    assert list(kept) == [f"word{n}" for n in range(1, 17)]
    assert term_weights([], {}) == {}
