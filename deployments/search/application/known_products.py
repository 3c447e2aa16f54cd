"""What sorting, counting and filtering need of the products that were found, kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.product_attributes import (
    NO_KEYS,
    AttributeTable,
    Dictionary,
    Keys,
)
from deployments.search.domain.ranking import Facts, Ranked, Scored

# Numbering their attributes takes some milliseconds, in which no search goes on.
_PAGE: Final = 100


class _Known(NamedTuple):
    facts: Facts
    keys: Keys


class KnownProducts:
    """Keeps the products that were found lately until the index says that they changed; only
    those not known are read.

    Args:
        products: kept at most; ``values``: their different attribute values.
    """

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        changes: IndexChanges,
        *,
        products: int,
        values: int = 200_000,
    ) -> None:
        self._begin = begin
        self._changes = changes
        self._most = products
        self._most_values = values
        self._known: dict[UUID, _Known] = {}
        self._seen: UUID | None = None
        self._filled = False
        self._dictionary = Dictionary()
        changes.on_change(self._forget)

    async def ranked(self, scored: Sequence[Scored]) -> list[Ranked]:
        """Those that are still in the index."""
        known = await self._look_up([row.product_id for row in scored])
        return [
            Ranked(each.facts, *row[1:])
            for row in scored
            if (each := known.get(row.product_id)) is not None
        ]

    async def table(self, found: Sequence[Ranked]) -> AttributeTable:
        known = await self._look_up([row.facts.product_id for row in found])
        keys = [
            each.keys if (each := known.get(row.facts.product_id)) is not None else NO_KEYS
            for row in found
        ]
        return AttributeTable(self._dictionary, keys)

    async def fill(self) -> None:
        """Background work: get to know some products before they are found. Half of the room is
        left to those that are."""
        is_half_full = (
            len(self._known) > self._most // 2 or len(self._dictionary) > self._most_values // 2
        )
        if self._filled or is_half_full or not self._changes.heard:
            return
        epoch, dictionary = self._changes.epoch, self._dictionary
        async with self._begin() as work:
            read = await work.pages.facts_after(self._seen, _PAGE)
        if self._changes.still(epoch) and self._dictionary is dictionary:
            self._known.update(self._numbered(read))
            self._seen = max(read, default=None)
            self._filled = len(read) < _PAGE

    def _empty(self) -> None:
        """There are more attribute values than fit; to read ahead again would only repeat it."""
        self._dictionary = Dictionary()
        self._start()
        self._filled = True

    def _start(self) -> None:
        self._known = {}
        self._seen = None
        self._filled = False

    def _numbered(self, read: Mapping[UUID, tuple[Facts, Mapping[str, Any]]]) -> dict[UUID, _Known]:
        return {
            key: _Known(facts, self._dictionary.numbers(attributes))
            for key, (facts, attributes) in read.items()
        }

    def _forget(self, product_ids: Collection[UUID] | None) -> None:
        if product_ids is None:
            self._start()
        else:
            for product_id in product_ids:
                self._known.pop(product_id, None)

    async def _look_up(self, product_ids: Sequence[UUID]) -> Mapping[UUID, _Known]:
        """Numbers in it are of the dictionary as it is on return."""
        if not (missing := [key for key in product_ids if key not in self._known]):
            return self._known
        if len(self._dictionary) > self._most_values:
            self._empty()
            missing = list(product_ids)
        self._make_room(len(missing), product_ids)
        epoch, dictionary = self._changes.epoch, self._dictionary
        held = {key: each for key in product_ids if (each := self._known.get(key)) is not None}
        async with self._begin() as work:
            read = await work.pages.facts(missing)
        if self._dictionary is not dictionary:
            # Another search found it full meanwhile.
            return await self._look_up(product_ids)
        fresh = self._numbered(read)
        if self._changes.still(epoch) and len(self._known) + len(fresh) <= self._most:
            self._known.update(fresh)
        return held | fresh

    def _make_room(self, many: int, wanted: Collection[UUID]) -> None:
        """Forget those known longest, some more than needed, but none of the ``wanted``."""
        excess = len(self._known) + many - self._most
        if excess > 0:
            kept = set(wanted)
            others = (key for key in self._known if key not in kept)
            for product_id in list(islice(others, excess + self._most // 10)):
                del self._known[product_id]
