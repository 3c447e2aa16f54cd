"""Which word of the catalogue a mistyped one was meant to be: the noisy channel of Kernighan,
Church and Gale (1990), with the likelihood of a slip by its kind."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Final

_SHORTEST: Final = 3
# Of shorter ones an exchange makes too many other words.
_SHORTEST_EXCHANGED: Final = 5
# From this length on two slips are thought of.
_LONG: Final = 8
_LETTERS: Final = string.ascii_lowercase
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

# How likely a slip is, by kind: a letter left out or two swapped are the commonest, and a wrong
# letter is mostly the key beside.
_OMITTED: Final = 0.3
_SWAPPED: Final = 0.3
_KEY_BESIDE: Final = 0.2
_OTHER_KEY: Final = 0.02
_EXCHANGED: Final = 0.02
_TWO_SLIPS: Final = 0.003
# A common word of the language is taken for a slip only if a letter is missing or swapped.
LIKELY: Final = 0.3

# So many times as many products hold a word that was probably meant.
_FAR_COMMONER = 10


def can_be_mistyped(word: str) -> bool:
    """Shorter words and model numbers have too many neighbours to be corrected."""
    return len(word) >= _SHORTEST and word.isalpha()


def unaccented(word: str) -> str:
    """``word`` as the catalogue's words are stored: é is e."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def is_word(word: str, language: Collection[str]) -> bool:
    """Whether ``language`` lists the word or a longer form of it: a list of common words has
    "baking" but not "bake". Not the form in -s, which a dropped letter also gives."""
    root = word.removesuffix("e")
    forms = (word, f"{root}ed", f"{root}er", f"{root}ing")
    return any(form in language for form in forms)


def distance(first: str, second: str) -> int:
    """Edits between two words: insert, drop or replace a letter, or swap two neighbours."""
    rows = [list(range(len(second) + 1))]
    for i, left in enumerate(first, start=1):
        row = [i]
        for j, right in enumerate(second, start=1):
            cost = min(row[j - 1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and right == first[i - 2]:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def one_slip_away(word: str) -> set[str]:
    """All that ``word`` may have been before one slip: letters a to z inserted, dropped, replaced,
    or two neighbours swapped, or exchanged around a third ("bycicle"); and itself."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    dropped = {head + tail[1:] for head, tail in splits if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    replaced = {head + c + tail[1:] for head, tail in splits if tail for c in _LETTERS}
    inserted = {head + c + tail for head, tail in splits for c in _LETTERS}
    return {word} | dropped | swapped | replaced | inserted | set(_exchanged(word))


def _exchanged(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_EXCHANGED:
        return
    for i in range(len(word) - 2):
        yield word[:i] + word[i + 2] + word[i + 1] + word[i] + word[i + 3 :]


def _neighbours() -> set[tuple[str, str]]:
    """Pairs of keys that lie side by side, or one above the other."""
    beside = [pair for row in _ROWS for pair in pairwise(row)]
    above = [
        (upper, lower)
        for first, second in pairwise(_ROWS)
        for i, upper in enumerate(first)
        for lower in second[max(i - 1, 0) : i + 1]
    ]
    pairs = beside + above
    return set(pairs) | {(second, first) for first, second in pairs}


_BESIDE: Final = _neighbours()


def likelihood(typed: str, meant: str) -> float:
    """0..1: how likely ``meant`` comes out as ``typed``; 0 for words that are too far."""
    edits = distance(typed, meant)
    if edits != 1:
        return _likelihood_of_two(typed, meant) if edits == 2 else 0.0
    if len(meant) > len(typed):
        return _OMITTED
    at = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), len(meant))
    if len(meant) == len(typed):
        if typed[at + 1 :] != meant[at + 1 :]:
            return _SWAPPED
        return _KEY_BESIDE if (typed[at], meant[at]) in _BESIDE else _OTHER_KEY
    around = typed[max(at - 1, 0) : at] + typed[at + 1 : at + 2]
    slipped = any(typed[at] == c or (typed[at], c) in _BESIDE for c in around)
    return _KEY_BESIDE if slipped else _OTHER_KEY


def _likelihood_of_two(typed: str, meant: str) -> float:
    if meant in _exchanged(typed):
        return _EXCHANGED
    return _TWO_SLIPS if len(typed) >= _LONG else 0.0


def correction(word: str, counts: Mapping[str, int], *, at_least: float = 0.0) -> str | None:
    """What was most likely meant by a word that the catalogue lacks.

    Args:
        counts: words of the catalogue → how many products hold them.
        at_least: how likely the slip must be. Of a word of three letters only the commonest are
            thought of, as it has so many neighbours.
    """
    floor = max(at_least, LIKELY if len(word) == _SHORTEST else 0.0)
    scores = {
        # Rooted, since a word that is far commoner is not as much likelier to be asked for.
        other: likelihood(word, other) * count ** (1 / 3)
        for other, count in counts.items()
        if count and likelihood(word, other) > 0 and likelihood(word, other) >= floor
    }
    return max(scores, key=lambda other: (scores[other], other), default=None)


def likelier(word: str, near: Mapping[str, str], counts: Mapping[str, int]) -> str | None:
    """A word of another meaning, one edit away, that is far commoner than ``word``.

    Args:
        near: words of the catalogue that look alike → their lexemes.
        counts: how many products hold each lexeme.
    """
    own = near.get(word)
    rare = _FAR_COMMONER * max(counts.get(own, 0) if own else 0, 1)
    others = {
        other: counts.get(lexeme, 0)
        for other, lexeme in near.items()
        if lexeme != own and counts.get(lexeme, 0) >= rare and distance(word, other) == 1
    }
    return max(others, key=lambda other: (others[other], other), default=None)


def begins_like(word: str, typed: str) -> bool:
    """Whether ``word`` begins as ``typed`` was meant to: but for an edit or, in long ones, two."""
    allowed = 1 if len(typed) < 8 else 2
    size = len(typed)
    return any(distance(word[:end], typed) <= allowed for end in (size, size - 1, size + 1))
