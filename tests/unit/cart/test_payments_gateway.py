"""What cart makes of answers that are not payments' own."""

from __future__ import annotations

import httpx
import pytest

from deployments.cart.infrastructure.payments_gateway import PaymentsGateway
from deployments.payments.contract import PaymentsClient
from deployments.shared.errors import Unavailable
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id


async def test_a_proxy_without_a_route_to_payments_does_not_cancel_an_order() -> None:
    """Its stock would be released while the shopper can still pay."""

    def no_route(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text=f"Path '{request.url.path}' not found.")

    transport = httpx.MockTransport(no_route)
    http = ServiceHttp("payments", "http://payments/payments", transport=transport)
    with pytest.raises(Unavailable):
        await PaymentsGateway(PaymentsClient(http)).cancel(new_id())
    await http.aclose()
