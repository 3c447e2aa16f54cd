"""The analytics service on a real database and a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from deployments.analytics.api import create_api
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.shared.settings import PlatformSettings
from tests.support import Keys, running


@pytest.fixture
def analytics_database(database_url: Callable[[str], str]) -> str:
    return database_url("analytics")


@pytest.fixture
def analytics_settings(analytics_database: str, keys: Keys) -> AnalyticsSettings:
    return AnalyticsSettings(database_url=analytics_database, service_key=keys.encoded("analytics"))


@pytest.fixture
async def analytics(
    platform: PlatformSettings, analytics_settings: AnalyticsSettings, keys: Keys
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(platform, analytics_settings, verifier=keys.verifier("analytics"))
    async with running(app) as client:
        yield client
