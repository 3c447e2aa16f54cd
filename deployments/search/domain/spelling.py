"""Which word of the catalogue a mistyped one was meant to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping

_SHORTEST = 4
# So many times as many products hold a word that was probably meant.
_FAR_COMMONER = 10


def can_be_mistyped(word: str) -> bool:
    """Short words and model numbers have too many neighbours to be corrected."""
    return len(word) >= _SHORTEST and word.isalpha()


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


def correction(word: str, candidates: Mapping[str, float]) -> str | None:
    """The nearest of the ``candidates`` (word -> how common it is), at most one edit away (two in
    long words); the commoner one where two are as near."""
    allowed = 1 if len(word) < 8 else 2
    near = [(distance(word, other), -common, other) for other, common in candidates.items()]
    near = [entry for entry in near if entry[0] <= allowed]
    return min(near)[2] if near else None


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
