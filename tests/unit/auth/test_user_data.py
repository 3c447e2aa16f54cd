"""What other services keep, or a clear 503."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deployments.auth.infrastructure.user_data import reviews_of
from deployments.products.contract import ProductsClient
from deployments.shared.errors import Unavailable
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id


def products(status: int, body: Any) -> ProductsClient:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=body))
    return ProductsClient(ServiceHttp("products", "http://products", transport=transport))


async def test_an_answer_is_passed_on() -> None:
    assert await reviews_of(products(200, {"reviews": []}))(new_id()) == {"reviews": []}


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_no_answer_makes_no_export(status: int) -> None:
    with pytest.raises(Unavailable) as refused:
        await reviews_of(products(status, {"code": "x", "detail": "y"}))(new_id())
    assert refused.value.code == "export_incomplete"
