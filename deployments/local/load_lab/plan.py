"""What is sent, and when: the queries of a load and the moments they are due."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_LONGEST_FILE: Final = 200_000
# How often the n-th commonest query is asked: n to the power of minus this.
_SKEW: Final = 0.8
_PRICES: Final = (20, 30, 50, 80, 120)
_TYPO_SHARE: Final = 0.05
_PRICE_SHARE: Final = 0.05


def arrivals(rate: float, seconds: float, *, fixed: bool, seed: int = 1) -> list[float]:
    """Moments, in seconds from the start, at which requests are due.

    Independent shoppers come at random (Poisson); ``fixed`` spaces them evenly. The moments do
    not depend on answers: a slow store is not spared the next request.
    """
    if fixed:
        return [place / rate for place in range(int(rate * seconds))]
    generator = random.Random(seed)
    due: list[float] = []
    moment = generator.expovariate(rate)
    while moment < seconds:
        due.append(moment)
        moment += generator.expovariate(rate)
    return due


def read_queries(file: Path) -> list[str]:
    """The column ``query`` of a file with tabs or commas; without one the first of each line.

    Raises:
        ValueError: no query in it.
    """
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[:_LONGEST_FILE]
    separator = "\t" if "\t" in "".join(lines[:1]) or file.suffix == ".tsv" else ","
    names = [name.strip().strip('"').lower() for name in (lines or [""])[0].split(separator)]
    column = names.index("query") if "query" in names else 0
    if "query" in names:
        lines = lines[1:]
    cells = [line.split(separator) for line in lines]
    found = [row[column].strip().strip('"') for row in cells if len(row) > column]
    queries = list(dict.fromkeys(query for query in found if query))
    if not queries:
        raise ValueError(f"{file} holds no queries")
    return queries


def queries_from(titles: Sequence[str], *, count: int, seed: int = 1) -> list[str]:
    """What shoppers of this catalogue may type: words of its titles, some mistyped, some with a
    highest price."""
    generator = random.Random(seed)
    found: dict[str, None] = {}
    for _ in range(count * 4):
        words = generator.choice(titles).split()
        length = min(len(words), generator.choice((1, 2, 2, 3)))
        start = generator.randrange(len(words) - length + 1)
        query = " ".join(words[start : start + length]).lower()
        chance = generator.random()
        if chance < _TYPO_SHARE:
            query = _mistyped(query, generator)
        elif chance < _TYPO_SHARE + _PRICE_SHARE:
            query = f"{query} under {generator.choice(_PRICES)}"
        found.setdefault(query)
        if len(found) == count:
            break
    return list(found)


def _mistyped(query: str, generator: random.Random) -> str:
    place = generator.randrange(len(query))
    return query[:place] + query[place + 1 :] if len(query) > 4 else query


def replayed(queries: Sequence[str], *, unique: bool, seed: int = 1) -> Iterator[str]:
    """Without end: common queries again and again, as shoppers do; ``unique``: two of them
    together, in always other pairs, so that hardly any vector is remembered."""
    generator = random.Random(seed)
    order = list(queries)
    generator.shuffle(order)
    if unique:
        while True:
            yield f"{generator.choice(order)} {generator.choice(order)}"
    weights = [(place + 1) ** -_SKEW for place in range(len(order))]
    while True:
        yield from generator.choices(order, weights, k=256)
