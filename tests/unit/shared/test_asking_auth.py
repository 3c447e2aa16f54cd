"""A token ends because auth says so, not because something on the way has no answer."""

from __future__ import annotations

import httpx
import pytest

from deployments.shared.errors import DomainError, Unauthenticated, Unavailable
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.service_app import _ask_auth


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(404, json={"code": "account_not_found"}), Unauthenticated),
        (httpx.Response(404, text="Path '/auth' not found."), Unavailable),
        (httpx.Response(403, json={"code": "service_only"}), Unavailable),
        (httpx.Response(429, json={"code": "rate_limited"}), Unavailable),
    ],
    ids=["gone", "no route", "not allowed", "too often"],
)
async def test_only_an_account_that_is_gone_ends_a_session(
    answer: httpx.Response, error: type[DomainError]
) -> None:
    http = ServiceHttp("auth", "http://test", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(error):
        await _ask_auth(lambda _: http)(new_id())
    await http.aclose()
