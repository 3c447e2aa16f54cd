from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from deployments.cart.api import create_api
from deployments.cart.infrastructure.settings import CartSettings
from deployments.shared.settings import PlatformSettings
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.service.cart.shop import Shop
from tests.support import Keys, running


@pytest.fixture
def cart_settings(keys: Keys, database_url: Callable[[str], str]) -> CartSettings:
    return CartSettings(
        database_url=database_url("cart"),
        service_key=keys.encoded("cart"),
        pseudonym_secret="test pseudonyms",
        # Tests sweep when they mean to.
        sweep_seconds=3600,
    )


@pytest.fixture
async def shop(
    platform: PlatformSettings, keys: Keys, cart_settings: CartSettings
) -> AsyncIterator[Shop]:
    catalogue, payments, clock = FakeCatalogue(), FakePayments(), FakeClock()
    app = create_api(
        platform,
        cart_settings,
        verifier=keys.verifier("cart"),
        catalogue=catalogue,
        payments=payments,
        clock=clock,
    )
    async with running(app) as client:
        yield Shop(app, client, catalogue, payments, clock, keys, cart_settings.database_url)
