"""States of the store against the fake API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from reflex.istate.data import RouterData
from reflex.state import State

from tests.unit.webapp.fake_api import create_fake_api
from tests.unit.webapp.fake_world import World
from webapp import api_client, session, visit_events
from webapp.state import countries, home, shop


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world of its own behind the store's clients."""
    world = World()
    app = create_fake_api(world)
    monkeypatch.setattr(
        api_client.httpx, "AsyncHTTPTransport", lambda **_: httpx.ASGITransport(app=app)
    )
    _forget()
    yield world
    _forget()


def _forget() -> None:
    """What the process keeps for all visitors."""
    api_client.services.cache_clear()
    session.keeper.cache_clear()
    for cache in (
        countries.all_countries,
        shop.all_departments,
        home.newest,
        home.popular,
        home.tiles,
    ):
        cache._value = None


class Browser:
    """One tab: its states, and what its events sent back."""

    def __init__(self) -> None:
        self.root = State(_reflex_internal_init=True)  # type: ignore[call-arg]

    async def state(self, cls: type[Any]) -> Any:
        return await self.root.get_state(cls)

    def go(self, address: str) -> None:
        data = {
            "pathname": address.partition("?")[0],
            "asPath": address,
            "query": {},
            "ip": "203.0.113.9",
            "headers": {"origin": "http://store.test"},
        }
        router = RouterData.from_router_data(data)
        for state in _states(self.root):
            object.__setattr__(state, "router", router)


def _states(state: Any) -> Iterator[Any]:
    yield state
    for substate in state.substates.values():
        yield from _states(substate)


async def run(handler: Any) -> list[Any]:
    """What an event handler sends to the browser, in order."""
    if isinstance(handler, AsyncIterator):
        sent: list[Any] = []
        async for event in handler:
            sent.extend(event if isinstance(event, list) else [event])
        return [event for event in sent if event is not None]
    answer = await handler if hasattr(handler, "__await__") else handler
    if answer is None:
        return []
    return list(answer) if isinstance(answer, list) else [answer]


def redirects(events: list[Any]) -> list[str]:
    """Addresses that the events lead to."""
    found = []
    for event in events:
        if "_redirect" in event.handler.fn.__qualname__:
            found.extend(str(value._var_value) for name, value in event.args if str(name) == "path")
    return found


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser()


@pytest.fixture(autouse=True)
async def nothing_left_unsent() -> AsyncIterator[None]:
    yield
    if visit_events._sending:
        await asyncio.gather(*visit_events._sending)
