"""Who may say where a request came from."""

from __future__ import annotations

from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from deployments.shared.proxies import PROXY_HEADER, ForgetForwarded
from deployments.shared.rate_limit import client_address

SECRET = "of the proxies"


async def seen_address(headers: list[tuple[str, str]]) -> dict[str, str | None]:
    app = FastAPI()

    @app.get("/")
    async def show(request: Request) -> dict[str, str | None]:
        return {
            "address": client_address(request, ["127.0.0.1/32"]),
            "secret": request.headers.get(PROXY_HEADER),
        }

    app.add_middleware(ForgetForwarded, secret=SECRET)
    transport = ASGITransport(app=app, client=("127.0.0.1", 1))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        seen: dict[str, str | None] = (await client.get("/", headers=headers)).json()
    return seen


async def test_a_client_on_a_trusted_network_cannot_choose_its_address() -> None:
    for shown in ([], [(PROXY_HEADER, "guessed")], [(PROXY_HEADER, "")]):
        seen = await seen_address([("X-Forwarded-For", "203.0.113.9"), *shown])
        assert seen == {"address": "127.0.0.1", "secret": None}


async def test_a_proxy_with_the_secret_is_believed_and_the_secret_goes_no_further() -> None:
    seen = await seen_address([("X-Forwarded-For", "203.0.113.9"), (PROXY_HEADER, SECRET)])
    assert seen == {"address": "203.0.113.9", "secret": None}


async def test_two_secrets_are_none() -> None:
    seen = await seen_address(
        [("X-Forwarded-For", "203.0.113.9"), (PROXY_HEADER, SECRET), (PROXY_HEADER, "x")]
    )
    assert seen["address"] == "127.0.0.1"
