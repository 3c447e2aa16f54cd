"""What this replica hears of changes of the index, for those who remember what they read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

# Which products changed: None: any may have; none of them: vectors or versions did.
Forget = Callable[[Collection[UUID] | None], None]


class IndexChanges:
    """``heard`` is false while changes may be missed: then nothing may be remembered.

    ``epoch`` grows with each change. What was read before one and arrives after it may be old, so
    whoever wants to remember it compares.
    """

    def __init__(self) -> None:
        self.heard = False
        self.epoch = 0
        self._forget: list[Forget] = []

    def on_change(self, forget: Forget) -> None:
        self._forget.append(forget)

    def listening(self, heard: bool) -> None:
        """Changes are heard from now on, or no longer; any may have been missed."""
        self.heard = heard
        self.changed(None)

    def changed(self, product_ids: Collection[UUID] | None) -> None:
        self.epoch += 1
        for forget in self._forget:
            forget(product_ids)

    def still(self, epoch: int) -> bool:
        """Whether what was read since ``epoch`` may be remembered."""
        return self.heard and self.epoch == epoch
