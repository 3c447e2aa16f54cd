"""What the search box offers while somebody types."""

from __future__ import annotations

import asyncio

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.listing_url import MAX_QUERY
from webapp.session import Session, visitor_of
from webapp.suggestion_views import HintGroup, hint_groups

_SHORTEST = 2
_MOST = 12
# Later than this, the shopper has typed on; nothing else may wait for it.
_SECONDS = 1.0


class Suggestions(rx.State):
    groups: list[HintGroup] = []

    @rx.var
    def count(self) -> int:
        return sum(len(group.hints) for group in self.groups)

    @rx.event
    async def suggest(self, text: str) -> None:
        """Nothing is offered where search does not answer: typing goes on without."""
        typed = " ".join(text.split())[:MAX_QUERY]
        if len(typed) < _SHORTEST:
            self.groups = []
            return
        try:
            async with asyncio.timeout(_SECONDS):
                visitor = await visitor_of(await self.get_state(Session))
                with on_behalf_of(visitor):
                    found = await services().search.suggest(typed, limit=_MOST)
        except (DomainError, TimeoutError):
            self.groups = []
        else:
            self.groups = hint_groups(typed, found)
