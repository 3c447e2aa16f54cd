"""Keep the index in step with the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from deployments.search.application.index_products import IndexProducts
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.sync_documents import SyncDocuments
from deployments.shared.events import Event

# The clocks of two machines may differ by this much.
_CLOCKS_DIFFER: Final = timedelta(seconds=5)
_EMBEDDED_AT_ONCE: Final = 32
_CONCERN_SEARCH: Final = ("product.changed", "product.deleted")


@dataclass(frozen=True, slots=True)
class _Change:
    """The latest news of a product; ``version`` is None where the events do not tell it."""

    version: int | None
    occurred_at: datetime


class ApplyProductEvents:
    """Events say that a product changed, not how: it is fetched anew, so that their order and
    number do not matter."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        documents: SyncDocuments,
        index: IndexProducts,
        *,
        found_after: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        """``found_after`` hears how many seconds after its change a product can be found."""
        self._begin = begin
        self._documents = documents
        self._index = index
        self._found_after = found_after

    async def __call__(self, events: Sequence[Event]) -> None:
        changes = _latest(events)
        async with self._begin() as work:
            stored = await work.documents.stored(changes)
        wanted = {
            identity: change.version
            for identity, change in changes.items()
            if not (
                change.version is not None
                and identity in stored
                and stored[identity][0] >= change.version
                and stored[identity][1] > change.occurred_at + _CLOCKS_DIFFER
            )
        }
        if wanted:
            written, _ = await self._documents.some(wanted)
            now = datetime.now(UTC)
            for identity in written:
                self._found_after(max(0.0, (now - changes[identity].occurred_at).total_seconds()))
            # Many at once are an import: their vectors are the backlog's, or a build's.
            if len(written) <= _EMBEDDED_AT_ONCE:
                await self._index.embed(written)


def _latest(events: Sequence[Event]) -> dict[UUID, _Change]:
    changes: dict[UUID, _Change] = {}
    for event in events:
        if event.type not in _CONCERN_SEARCH:
            continue
        identity = UUID(event.payload["product_id"])
        version: int | None = event.payload.get("version")
        known = changes.get(identity)
        if known is not None:
            version = max(version or 0, known.version or 0) or None
        moment = max(event.occurred_at, known.occurred_at) if known else event.occurred_at
        changes[identity] = _Change(version, moment)
    return changes
