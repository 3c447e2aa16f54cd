"""What people search for, and what they search for more than before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# The public list compares the last week with the four before it.
TREND_DAYS: Final = 7
DAYS_BEFORE: Final = 28
_MIN_VISITS = 2


@dataclass(frozen=True, slots=True)
class SearchCount:
    """Searches with one query: in the window, in the time before it, and without results."""

    query: str
    searches: int
    before: int
    zero_results: int
    visits: int


@dataclass(frozen=True, slots=True)
class Trend:
    query: str
    searches: int
    growth: float
    zero_results: bool


def fit_for_public(query: str, visits: int) -> bool:
    """Whether a search may be shown to everyone: more than one visit made it (people paste
    private things into search boxes) and it is no e-mail address."""
    return visits >= _MIN_VISITS and "@" not in query


def growth(searches: int, days: int, before: int, days_before: int) -> float:
    """Searches per day against the time before, each count raised by one so that a first search
    is no infinite growth."""
    return ((searches + 1) / days) / ((before + 1) / days_before)


def weight(searches: int, growth: float) -> float:
    """Order of trends: many searches count, and growing ones count more."""
    return searches * math.log2(1 + growth)


def trends(
    counts: Iterable[SearchCount], *, days: int, days_before: int, limit: int
) -> list[Trend]:
    """The ``limit`` strongest trends, strongest first; ties in the order of their text."""
    rated = [
        (count, growth(count.searches, days, count.before, days_before))
        for count in counts
        if count.searches > 0
    ]
    rated.sort(key=lambda pair: (-weight(pair[0].searches, pair[1]), pair[0].query))
    return [
        Trend(count.query, count.searches, round(rate, 4), count.zero_results > 0)
        for count, rate in rated[:limit]
    ]
