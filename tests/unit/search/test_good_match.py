"""Whether a list holds what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from deployments.search.domain.good_match import GoodMatch
from deployments.search.domain.ranking import Facts, MatchedBy, Ranked

_GOOD = GoodMatch(coverage=0.7, similarity=0.42)


def row(*ways: MatchedBy, coverage: float = 0, similarity: float = 0) -> Ranked:
    facts = Facts(UUID(int=1), 100, datetime(2024, 1, 1, tzinfo=UTC))
    return Ranked(facts, 1, ways, coverage, similarity)


@pytest.mark.parametrize(
    ("match", "good"),
    [
        (row("exact"), True),
        (row("text", "meaning", coverage=0.5, similarity=0.36), True),
        (row("text", coverage=0.8), True),
        (row("text", coverage=0.6), False),
        (row("meaning", similarity=0.5), True),
        (row("meaning", similarity=0.4), False),
    ],
)
def test_a_shared_word_is_no_good_match(match: Ranked, good: bool) -> None:
    assert _GOOD.among([match]) is good
    assert _GOOD.among([row("text", coverage=0.5), match]) is good
    assert not _GOOD.among([])
