"""Reviews: what may be written, who may change what, and what each change does to the rating."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deployments.products.domain.review import (
    ANONYMOUS,
    Review,
    ReviewState,
    Words,
    rating_change,
)
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def words(stars: int = 4, title: str = "Good", text: str = "Keeps hot.") -> Words:
    return Words.of(stars, title, text, "Ada L.")


def written() -> Review:
    return Review.write(new_id(), new_id(), words(), NOW)


def test_texts_are_tidied_and_a_name_is_optional() -> None:
    made = Words.of(5, "  Very \n good ", "One.\r\n\r\nTwo. ", "  ")
    assert made == Words(5, "Very good", "One.\n\nTwo.", ANONYMOUS)


@pytest.mark.parametrize(
    ("stars", "title", "text", "author"),
    [
        (0, "", "", ""),
        (6, "", "", ""),
        (3, "x" * 121, "", ""),
        (3, "", "x" * 5001, ""),
        (3, "", "", "x" * 61),
        (3, "", "a\x00b", ""),
        (3, "", "", "a\x1b[2J"),
    ],
)
def test_impossible_reviews_are_refused(stars: int, title: str, text: str, author: str) -> None:
    with pytest.raises(Invalid):
        Words.of(stars, title, text, author)


def test_a_rewritten_review_waits_for_a_merchant_again() -> None:
    shown = written().published("user:1", NOW)
    assert shown.rewritten(words(), LATER) is shown
    changed = shown.rewritten(words(1), LATER)
    assert (changed.state, changed.decided_by, changed.id) == (
        ReviewState.PENDING,
        None,
        shown.id,
    )
    assert changed.created_at == NOW
    assert changed.updated_at == LATER


def test_decisions_can_be_repeated_and_changed() -> None:
    shown = written().published("user:1", NOW)
    assert shown.published("user:2", LATER) is shown
    rejected = shown.rejected(" names a person ", "user:2", LATER)
    assert (rejected.state, rejected.reason) == (ReviewState.REJECTED, "names a person")
    assert rejected.rejected("names a person", "user:1", LATER) is rejected
    assert rejected.published("user:1", LATER).reason is None


@pytest.mark.parametrize("reason", [None, "", "  ", "x" * 301, "a\x00"])
def test_a_rejection_says_why(reason: str | None) -> None:
    with pytest.raises(Invalid):
        written().rejected(reason, "user:1", NOW)


def test_a_decision_is_on_the_words_that_were_read() -> None:
    review = written()
    review.require_as_read(NOW)
    review.require_as_read(None)
    with pytest.raises(Conflict):
        review.rewritten(words(1), LATER).require_as_read(NOW)


def test_only_published_reviews_count_in_the_rating() -> None:
    pending = written()
    shown = pending.published("user:1", NOW)
    assert rating_change(None, pending) == (0, 0)
    assert rating_change(pending, shown) == (4, 1)
    assert rating_change(shown, shown.rewritten(words(2), LATER)) == (-4, -1)
    assert rating_change(shown, None) == (-4, -1)
    assert rating_change(shown, shown.anonymised()) == (0, 0)


def test_an_anonymous_review_keeps_stars_and_words() -> None:
    left = written().anonymised()
    assert (left.user_id, left.words) == (None, Words(4, "Good", "Keeps hot.", ANONYMOUS))
