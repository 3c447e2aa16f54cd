from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.auth.api import create_api
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.shared.settings import PlatformSettings
from tests.service.auth.desk import Desk, LateClock
from tests.support import Keys, running


@pytest.fixture
def auth_settings(keys: Keys, database_url: Callable[[str], str]) -> AuthSettings:
    return AuthSettings(
        database_url=database_url("auth"),
        service_key=keys.encoded("auth"),
        signing_key=keys.encoded("users"),
        pepper="test pepper",
        bcrypt_cost=4,
        # Long enough that no slow machine outwaits it.
        first_pause_seconds=30,
    )


@pytest.fixture
def no_mail_server(platform: PlatformSettings) -> PlatformSettings:
    return PlatformSettings(**platform.model_dump() | {"smtp_url": "smtp://127.0.0.1:1"})


@pytest.fixture
async def desk(
    no_mail_server: PlatformSettings, keys: Keys, auth_settings: AuthSettings
) -> AsyncIterator[Desk]:
    clock = LateClock()
    exported: dict[str, Any] = {"orders": {"orders": []}, "reviews": {"reviews": []}}

    async def orders(user_id: UUID) -> dict[str, Any]:
        return await _data("orders")

    async def reviews(user_id: UUID) -> dict[str, Any]:
        return await _data("reviews")

    async def _data(what: str) -> dict[str, Any]:
        if isinstance(exported[what], Exception):
            raise exported[what]
        answer: dict[str, Any] = exported[what]
        return answer

    app = create_api(no_mail_server, auth_settings, orders=orders, reviews=reviews, clock=clock)
    async with running(app) as client:
        yield Desk(app, client, keys, clock, auth_settings.database_url, exported)


@pytest.fixture
def auth(desk: Desk) -> httpx.AsyncClient:
    return desk.client
