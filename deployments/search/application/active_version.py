"""Which index version is searched, remembered while changes of it are heard."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory


class ActiveVersion:
    def __init__(self, begin: UnitOfWorkFactory, changes: IndexChanges) -> None:
        self._begin = begin
        self._changes = changes
        self._known: IndexVersion | None = None
        changes.on_change(self._forget)

    async def __call__(self) -> IndexVersion | None:
        if self._known is not None:
            return self._known
        epoch = self._changes.epoch
        async with self._begin() as work:
            active = await work.versions.active()
        if self._changes.still(epoch):
            self._known = active
        return active

    def _forget(self, product_ids: Collection[UUID] | None) -> None:
        if not product_ids:
            self._known = None
