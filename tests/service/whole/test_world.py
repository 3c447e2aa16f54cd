from __future__ import annotations

import pytest

from deployments.shared.settings import SERVICES
from tests.service.whole.world import World, client


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_answers_under_its_prefix(world: World, service: str) -> None:
    with client(world, service) as http:
        assert http.get("/ready").status_code == 200
        assert http.get("/openapi.json").status_code == 200
