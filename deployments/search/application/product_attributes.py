"""What the products that were found have of attributes, counted without asking the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.facets import LEAST_USE, MOST_VALUES, AttributeCounts, use
from deployments.search.domain.filter_keys import filter_key
from deployments.search.domain.query import fold
from deployments.search.domain.ranking import Facts
from deployments.search.domain.vocabulary import Reading

_LONGEST: Final = 60

Keys = NDArray[np.int32]
_NONE: Final[Keys] = np.empty(0, np.int32)


class Dictionary:
    """Numbers for attribute values and their names; what is equal but for case is one."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []
        self.names: list[str] = []
        self._name_of: list[int] = []
        self._name_array = _NONE
        self._worded: list[bool] = []
        self._worded_array = np.empty(0, np.bool_)
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
        if len(self._name_array) < len(self._name_of):
            self._name_array = np.array(self._name_of, np.int32)
        return self._name_array

    @property
    def worded(self) -> NDArray[np.bool_]:
        """Whether each value has a letter."""
        if len(self._worded_array) < len(self._worded):
            self._worded_array = np.array(self._worded, np.bool_)
        return self._worded_array

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
        self._keys = np.concatenate(keys_of) if keys_of else _NONE
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


class ProductAttributes:
    """Keeps the attributes of products that were found lately: they change with a product's
    version only. Only those not known yet are read."""

    def __init__(self, begin: UnitOfWorkFactory, *, products: int, values: int = 200_000) -> None:
        self._begin = begin
        self._most = products
        self._most_values = values
        self._forget()

    def _forget(self) -> None:
        self._dictionary = Dictionary()
        self._known: dict[UUID, tuple[int, Keys]] = {}

    async def table(self, found: Sequence[Facts]) -> AttributeTable:
        await self._read(found)
        keys = [self._known.get(facts.product_id, (0, _NONE))[1] for facts in found]
        return AttributeTable(self._dictionary, keys)

    async def _read(self, found: Sequence[Facts]) -> None:
        known = self._known
        missing = [
            facts.product_id
            for facts in found
            if (entry := known.get(facts.product_id)) is None or entry[0] < facts.version
        ]
        if not missing:
            return
        if len(known) + len(missing) > self._most or len(self._dictionary) > self._most_values:
            self._forget()
            missing = [facts.product_id for facts in found]
        async with self._begin() as work:
            read = await work.pages.attributes(missing)
        for product_id, (version, attributes) in read.items():
            self._known[product_id] = (version, self._numbers(attributes))

    def _numbers(self, attributes: Mapping[str, Any]) -> Keys:
        numbers = {
            self._dictionary.number(name, value)
            for name, stored in attributes.items()
            # Written before values were lists, a document has a text.
            for value in ([stored] if isinstance(stored, str) else stored)
            if ":" not in name and len(value) <= _LONGEST
        }
        return np.fromiter(numbers, np.int32, len(numbers))
