"""The products service over HTTP."""

from __future__ import annotations

import httpx
import pytest

from deployments.products.contract import ProductsClient
from deployments.search.infrastructure.products_gateway import ProductsGateway
from deployments.shared.errors import DomainError
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id


def gateway(status: int) -> ProductsGateway:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"code": "whatever", "detail": "no"})

    http = ServiceHttp("products", "http://test", transport=httpx.MockTransport(answer))
    return ProductsGateway(ProductsClient(http))


@pytest.mark.parametrize("status", [404, 410])
async def test_a_product_the_shop_does_not_show_is_none(status: int) -> None:
    assert await gateway(status).get(new_id()) is None


@pytest.mark.parametrize("status", [401, 403, 500, 503])
async def test_any_other_failure_is_not_taken_for_absence(status: int) -> None:
    with pytest.raises(DomainError):
        await gateway(status).get(new_id())
