"""The attributes of the products that were found, counted without asking the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deployments.search.domain.facets import LEAST_USE, MOST_VALUES, AttributeCounts, use
from deployments.search.domain.filter_keys import filter_key
from deployments.search.domain.query import fold
from deployments.search.domain.vocabulary import Reading

_LONGEST: Final = 60

Keys = NDArray[np.int32]
NO_KEYS: Final[Keys] = np.empty(0, np.int32)


class Growing:
    """An array to whose end values are added; ``values`` are those added so far."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._room: NDArray[Any] = np.empty(1024, kind)
        self._size = 0

    def append(self, value: Any) -> None:
        if self._size == len(self._room):
            self._room = np.concatenate([self._room, np.empty_like(self._room)])
        self._room[self._size] = value
        self._size += 1

    @property
    def values(self) -> NDArray[Any]:
        return self._room[: self._size]


class Dictionary:
    """Numbers for attribute values and their names; what is equal but for case is one."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []
        self.names: list[str] = []
        self._name_of = Growing(np.int32)
        self._worded = Growing(np.bool_)
        self._numbers: dict[str, int] = {}
        self._name_numbers: dict[str, int] = {}
        self._pairs: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def number(self, name: str, value: str) -> int:
        known = self._pairs.get((name, value))
        if known is None:
            key = filter_key(name, value)
            known = self._numbers.setdefault(key, len(self.values))
            if known == len(self.values):
                self.values.append((name, value))
                self._name_of.append(self._name_number(name))
                self._worded.append(any(char.isalpha() for char in value))
            elif _untidiness(value) < _untidiness(self.values[known][1]):
                # Whichever was read first, it is always written the same way.
                self.values[known] = (name, value)
            self._pairs[name, value] = known
        return known

    def find(self, key: str) -> int | None:
        return self._numbers.get(key)

    def find_name(self, folded: str) -> int | None:
        return self._name_numbers.get(folded)

    @property
    def name_of(self) -> NDArray[np.int32]:
        """The name of each value."""
        return self._name_of.values

    @property
    def worded(self) -> NDArray[np.bool_]:
        """Whether each value has a letter."""
        return self._worded.values

    def numbers(self, attributes: Mapping[str, Any]) -> Keys:
        """Of a product's attributes, name → values."""
        numbers = {
            self.number(name, value)
            for name, stored in attributes.items()
            # Written before values were lists, a document has a text.
            for value in ([stored] if isinstance(stored, str) else stored)
            if ":" not in name and len(value) <= _LONGEST
        }
        return np.fromiter(numbers, np.int32, len(numbers))

    def _name_number(self, name: str) -> int:
        known = self._name_numbers.setdefault(fold(name), len(self.names))
        if known == len(self.names):
            self.names.append(name)
        return known


def _untidiness(value: str) -> tuple[bool, bool, str]:
    """Of several ways to write a value: "Red" before "RED" before "red"."""
    return value.islower(), value.isupper(), value


class AttributeTable:
    """The values of a list of products: ``keys`` of all one after another, ``rows`` says which
    product, by its place in the list, each belongs to."""

    def __init__(self, dictionary: Dictionary, keys_of: Sequence[Keys]) -> None:
        self._dictionary = dictionary
        self._size = len(keys_of)
        self._keys_of = keys_of
        self._keys = np.concatenate(keys_of) if keys_of else NO_KEYS
        self._rows = np.repeat(np.arange(len(keys_of)), [len(keys) for keys in keys_of])

    def only(self, mask: NDArray[np.bool_]) -> AttributeTable:
        """Of the products where ``mask`` is true."""
        if mask.all():
            return self
        return AttributeTable(
            self._dictionary, [self._keys_of[place] for place in np.flatnonzero(mask).tolist()]
        )

    def as_written(self, reading: Reading) -> Reading:
        """With an attribute's name and value as products have them."""
        number = self._dictionary.find(reading.key)
        if reading.kind != "attribute" or number is None:
            return reading
        name, value = self._dictionary.values[number]
        return replace(reading, label=value, value=f"{name}:{value}")

    def having(self, key: str) -> NDArray[np.bool_]:
        """Which of the products have the value with this filter key, by place."""
        found = np.zeros(self._size, np.bool_)
        number = self._dictionary.find(key)
        if number is not None:
            found[self._rows[self._keys == number]] = True
        return found

    def useful(self, most: int) -> list[AttributeCounts]:
        """The attributes that part the products best, best first."""
        counts, name_of = self._counts(), self._dictionary.name_of
        values = np.flatnonzero(counts)
        if not len(values):
            return []
        values = values[np.lexsort((values, -counts[values], name_of[values]))]
        names, often = name_of[values], counts[values]
        starts = np.flatnonzero(np.diff(names, prepend=-1))
        ends = np.append(starts[1:], len(values))
        products = np.add.reduceat(often, starts)
        shown = np.arange(len(values)) - np.repeat(starts, ends - starts) < MOST_VALUES
        uses = use(
            share=products / self._size,
            covered=np.add.reduceat(often * shown, starts) / products,
            commonest=often[starts] / products,
            worded=np.logical_or.reduceat(self._dictionary.worded[values] & shown, starts),
        )
        best = np.argsort(-uses, kind="stable")[:most]
        return [
            self._of_name(int(names[starts[each]]), values[starts[each] : ends[each]], counts)
            for each in best[uses[best] > LEAST_USE]
        ]

    def counts_of(self, name: str) -> AttributeCounts | None:
        """Of the attribute with this folded name."""
        number = self._dictionary.find_name(name)
        if number is None:
            return None
        counts = self._counts()
        values = np.flatnonzero((self._dictionary.name_of == number) & (counts > 0))
        return self._of_name(number, values[np.lexsort((values, -counts[values]))], counts)

    def _counts(self) -> NDArray[np.int64]:
        return np.bincount(self._keys, minlength=len(self._dictionary.values))

    def _of_name(
        self, name: int, values: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> AttributeCounts:
        """``values`` of ``name``, the commonest first."""
        listed = values[:MOST_VALUES].tolist()
        return AttributeCounts(
            self._dictionary.names[name],
            [(self._dictionary.values[value][1], int(counts[value])) for value in listed],
        )
