"""How the values of an attribute are stored, so that a filter finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from deployments.search.domain.query import fold

# Longer ones are texts, by which no one filters, and too big for the index.
_LONGEST: Final = 600


def filter_key(name: str, value: str) -> str:
    """``name:value`` without regard to case."""
    return f"{fold(name)}:{fold(value)}"


def filter_keys(values: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Of each value of each name; a name with a colon could not be asked for."""
    for name, each in values.items():
        if ":" not in name:
            yield from (key for value in each if len(key := filter_key(name, value)) <= _LONGEST)
