"""What a caller makes of another service's refusals, and of answers that are not its own."""

from __future__ import annotations

import httpx
import pytest

from deployments.shared.errors import DomainError, Unavailable
from deployments.shared.http_client import RemoteProblem, ServiceHttp


async def refusal(answer: httpx.Response) -> DomainError:
    http = ServiceHttp("auth", "http://test", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(DomainError) as caught:
        await http.request("POST", "/thing")
    await http.aclose()
    return caught.value


async def test_a_refusal_keeps_status_code_and_text() -> None:
    problem = {"status": 404, "code": "unknown_thing", "detail": "there is none", "left": 3}
    error = await refusal(httpx.Response(404, json=problem))
    assert isinstance(error, RemoteProblem)
    assert (error.status, error.code, error.detail) == (404, "unknown_thing", "there is none")
    assert error.extra == {"left": 3}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="Path '/auth/thing' not found."),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, json=["code"]),
        httpx.Response(301, headers={"Location": "https://test/thing"}),
        httpx.Response(502, text="<html>Bad Gateway</html>"),
        httpx.Response(500, json={"code": "internal_error", "detail": "it has been logged"}),
    ],
    ids=["no route", "no code", "no object", "redirect", "bad gateway", "internal error"],
)
async def test_what_is_no_refusal_of_the_service_is_no_answer(answer: httpx.Response) -> None:
    error = await refusal(answer)
    assert isinstance(error, Unavailable)
    assert error.code == "auth_unavailable"


async def test_a_service_that_asks_to_come_back_says_when() -> None:
    problem = {"status": 503, "code": "encoder_busy", "detail": "try again"}
    error = await refusal(httpx.Response(503, json=problem, headers={"Retry-After": "7"}))
    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after) == ("encoder_busy", 7)
