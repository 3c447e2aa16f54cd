"""Events of the topic ``accounts`` to the use case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.cart.application.erase_customer import EraseCustomer
from deployments.shared.events import Event


class AccountEvents:
    """Handler of a ``StreamConsumer``."""

    def __init__(self, erase: EraseCustomer) -> None:
        self._erase = erase

    async def __call__(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type == "account.erased":
                await self._erase(event.event_id, UUID(event.payload["user_id"]))
