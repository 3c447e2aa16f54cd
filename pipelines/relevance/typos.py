"""Queries as hurried people type them."""

from __future__ import annotations

from random import Random
from typing import Final

_SHORTEST: Final = 4


def mistype(query: str, random: Random) -> str:
    """The query with one character of its longest word dropped, or swapped with its neighbour;
    the first character stays, and so does a query of short words only."""
    words = query.split()
    longest = max(range(len(words)), key=lambda place: len(words[place]), default=None)
    if longest is None or len(words[longest]) < _SHORTEST:
        return query
    word = words[longest]
    place = random.randrange(1, len(word) - 1)
    # Swapping two equal characters would be no typo.
    swap = random.random() < 0.5 and word[place] != word[place + 1]
    words[longest] = (
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if swap
        else word[:place] + word[place + 1 :]
    )
    return " ".join(words)
