"""What the products that were found have of attributes, counted without asking the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.facets import MOST_VALUES, AttributeCounts
from deployments.search.domain.filter_keys import filter_key
from deployments.search.domain.query import fold
from deployments.search.domain.ranking import Facts
from deployments.search.domain.vocabulary import Reading

_LONGEST: Final = 60
# Of a value or an attribute that fewer of the products have nothing is told.
_LEAST_SHARE: Final = 0.02

Keys = NDArray[np.int32]
_NONE: Final[Keys] = np.empty(0, np.int32)


class Dictionary:
    """Numbers for attribute values and their names; what is equal but for case is one."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []
        self.names: list[str] = []
        self._name_of: list[int] = []
        self._name_array = _NONE
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

    def _name_number(self, name: str) -> int:
        known = self._name_numbers.setdefault(fold(name), len(self.names))
        if known == len(self.names):
            self.names.append(name)
        return known


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

    def counts(self) -> list[AttributeCounts]:
        """Of every attribute that parts the products."""
        counts, name_of = self._counts(), self._dictionary.name_of
        present = np.flatnonzero(counts)
        if not len(present):
            return []
        products = np.bincount(name_of[present], counts[present]).astype(int)
        distinct = np.bincount(name_of[present])
        useful = (distinct > 1) & (products > _LEAST_SHARE * self._size)
        listed = present[useful[name_of[present]]]
        listed = listed[np.lexsort((listed, -counts[listed], name_of[listed]))]
        starts = np.flatnonzero(np.diff(name_of[listed], prepend=-1))
        return [
            self._of_name(int(name_of[listed[start]]), listed[start:], counts, products, distinct)
            for start in starts
        ]

    def counts_of(self, name: str) -> AttributeCounts | None:
        """Of the attribute with this folded name."""
        number = self._dictionary.find_name(name)
        if number is None:
            return None
        counts, name_of = self._counts(), self._dictionary.name_of
        listed = np.flatnonzero((name_of == number) & (counts > 0))
        listed = listed[np.lexsort((listed, -counts[listed]))]
        products = np.bincount(name_of[listed], counts[listed], minlength=number + 1).astype(int)
        distinct = np.bincount(name_of[listed], minlength=number + 1)
        return self._of_name(number, listed, counts, products, distinct)

    def _counts(self) -> NDArray[np.int64]:
        return np.bincount(self._keys, minlength=len(self._dictionary.values))

    def _of_name(
        self,
        name: int,
        listed: NDArray[np.int64],
        counts: NDArray[np.int64],
        products: NDArray[np.int64],
        distinct: NDArray[np.int64],
    ) -> AttributeCounts:
        """``listed``: values, those of ``name`` first, the commonest first."""
        return AttributeCounts(
            name=self._dictionary.names[name],
            products=int(products[name]),
            distinct=int(distinct[name]),
            values=[
                (self._dictionary.values[value][1], int(counts[value]))
                for value in listed[: min(int(distinct[name]), MOST_VALUES)]
            ],
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
