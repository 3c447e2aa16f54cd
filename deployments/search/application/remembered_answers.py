"""Answers given lately, given again to whoever asks the same before anything changed."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from deployments.search.application.index_changes import IndexChanges

# What is known only roughly, as how rare a word is, changes without a word.
_MAX_AGE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Made:
    """An answer as it is sent; ``lasting``: it would be the same again. ``searched`` is what was
    searched, ``total`` how much that found."""

    body: bytes
    lasting: bool
    searched: str
    total: int


@dataclass(frozen=True, slots=True)
class _Remembered:
    made: Made
    at: float


class RememberedAnswers:
    """
    Args:
        depends_on: what answers are made with beside the index; they are forgotten when it gives
            other objects.
        most: answers kept.
    """

    def __init__(
        self, changes: IndexChanges, depends_on: Callable[[], tuple[object, ...]], *, most: int
    ) -> None:
        self.hits = 0
        self.misses = 0
        self._changes = changes
        self._depends_on = depends_on
        self._most = most
        self._made_with = depends_on()
        self._kept: OrderedDict[Hashable, _Remembered] = OrderedDict()
        changes.on_change(self._forget)

    async def get(self, asked: Hashable, make: Callable[[], Awaitable[Made]]) -> tuple[Made, bool]:
        """The answer, and whether it was remembered."""
        self._check()
        known = self._kept.get(asked)
        if known is not None and time.monotonic() - known.at < _MAX_AGE_SECONDS:
            self._kept.move_to_end(asked)
            self.hits += 1
            return known.made, True
        self.misses += 1
        epoch, made_with = self._changes.epoch, self._made_with
        at = time.monotonic()
        made = await make()
        self._check()
        if made.lasting and self._changes.still(epoch) and self._made_with is made_with:
            self._kept[asked] = _Remembered(made, at)
            self._kept.move_to_end(asked)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made, False

    def _check(self) -> None:
        now = self._depends_on()
        if any(one is not other for one, other in zip(now, self._made_with, strict=True)):
            self._made_with = now
            self._kept.clear()

    def _forget(self, _product_ids: Collection[UUID] | None) -> None:
        self._kept.clear()
