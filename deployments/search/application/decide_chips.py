"""Decide which words of a query were meant as a filter, by what the search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deployments.search.application.results import Results
from deployments.search.domain.understanding import Chip, Guess, best_reading
from deployments.search.domain.vocabulary import Reading

# The best results by text: what they have in common tells what the words meant.
_BEST: Final = 12


@dataclass(frozen=True, slots=True)
class Decided:
    """``readings`` are what the query meant, ``chips`` how to show that."""

    readings: tuple[Reading, ...] = ()
    chips: tuple[Chip, ...] = ()


def decide_chips(guesses: Sequence[Guess], results: Results, least: float) -> Decided:
    """A guess holds when at least this share of the best results by text agrees with it: then
    the other results are beside the point, and else the name is only a word. An exact SKU or
    title is no description."""
    ranked = results.ranked
    if not guesses or not ranked or "exact" in ranked[0].matched_by:
        return Decided()
    best = [place for place, row in enumerate(ranked) if "text" in row.matched_by][:_BEST]
    readings: list[Reading] = []
    chips: list[Chip] = []
    for guess in guesses if best else ():
        shares = [(each, float(results.agreeing(each)[best].mean())) for each in guess.readings]
        reading = best_reading(shares, least)
        if reading is not None and reading.facet not in {each.facet for each in readings}:
            reading = results.table.as_written(reading)
            readings.append(reading)
            chips.append(guess.chip(reading))
    if not results.where(readings).ranked:
        return Decided()
    return Decided(tuple(readings), tuple(chips))
