"""One answer out of two retrievers."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.search.domain.ranking import Fusion, MeaningMatch, TextMatch, fuse

FUSION = Fusion(
    text_weight=2,
    meaning_weight=1,
    rank_constant=60,
    similarity_span=0.4,
    coverage_weight=1,
    min_similarity=0.35,
    min_coverage=0.5,
)


def text(number: int, coverage: float = 1.0, *, exact: bool = False) -> TextMatch:
    return TextMatch(UUID(int=number), 0.1, coverage, exact)


def meaning(number: int, similarity: float) -> MeaningMatch:
    return MeaningMatch(UUID(int=number), similarity)


def order(by_text: list[TextMatch], by_meaning: list[MeaningMatch]) -> list[int]:
    return [row.product_id.int for row in fuse(by_text, by_meaning, FUSION)]


def test_what_both_find_comes_before_what_one_finds() -> None:
    assert order([text(1), text(2)], [meaning(2, 0.6), meaning(3, 0.5)]) == [2, 1, 3]


def test_words_count_more_than_meaning() -> None:
    assert order([text(1)], [meaning(2, 0.9)]) == [1, 2]


def test_all_words_beat_some_words() -> None:
    assert order([text(1, 0.6), text(2, 1.0)], []) == [2, 1]


def test_an_exact_match_is_first_whatever_else_matches() -> None:
    found = fuse([text(2), text(1, 0.0, exact=True)], [meaning(2, 0.9)], FUSION)
    assert [row.product_id.int for row in found] == [1, 2]
    assert found[0].matched_by == ("exact",)
    assert found[1].matched_by == ("text", "meaning")


def test_too_few_words_and_too_little_meaning_are_left_out() -> None:
    assert order([text(1, 0.49)], [meaning(2, 0.34)]) == []
    # Few of the words, but near in meaning: found, by meaning.
    found = fuse([text(1, 0.49)], [meaning(1, 0.5)], FUSION)
    assert found[0].matched_by == ("meaning",)


def test_nearest_neighbours_may_come_in_any_order() -> None:
    near = [meaning(1, 0.4), meaning(2, 0.8), meaning(3, 0.6)]
    assert order([], near) == [2, 3, 1]


def test_how_far_behind_the_nearest_a_product_is_counts_not_its_rank_by_meaning() -> None:
    near = [meaning(1, 0.8), meaning(2, 0.79), meaning(3, 0.5), meaning(4, 0.39)]
    scores = [row.score for row in fuse([], near, FUSION)]
    assert scores == [pytest.approx(s / 4) for s in (1, 0.975, 0.25, 0)]


def test_the_best_possible_score_is_one() -> None:
    assert fuse([text(1)], [meaning(1, 0.9)], FUSION)[0].score == pytest.approx(1)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1)), max_size=30, unique_by=lambda t: t[0]),
    st.lists(
        st.tuples(st.integers(1, 40), st.floats(-1, 1)), max_size=30, unique_by=lambda t: t[0]
    ),
)
def test_every_product_comes_once_best_first(
    by_text: list[tuple[int, float]], by_meaning: list[tuple[int, float]]
) -> None:
    found = fuse([text(*t) for t in by_text], [meaning(*m) for m in by_meaning], FUSION)
    ids = [row.product_id for row in found]
    assert len(ids) == len(set(ids))
    scores = [row.score for row in found]
    assert scores == sorted(scores, reverse=True)
    assert all(
        0 <= score <= 1.0001 and row.matched_by for score, row in zip(scores, found, strict=True)
    )
