"""An access token of before a change fails on the next request, at every service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from deployments.cart.api import create_api as create_cart
from deployments.cart.infrastructure.settings import CartSettings
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from deployments.shared.tokens import PublishedKeys, TokenVerifier
from tests.service.auth.desk import Desk, Person
from tests.support import Keys, running

Change = Callable[[Desk, Person], Awaitable[Any]]


@pytest.fixture
async def cart(
    desk: Desk, platform: PlatformSettings, keys: Keys, database_url: Callable[[str], str]
) -> AsyncIterator[httpx.AsyncClient]:
    async def published() -> Mapping[str, Any]:
        document: Mapping[str, Any] = (await desk.client.get("/.well-known/jwks.json")).json()
        return document

    settings = CartSettings(
        database_url=database_url("cart"),
        service_key=keys.encoded("cart"),
        pseudonym_secret="test pseudonyms",
        sweep_seconds=3600,
    )
    verifier = TokenVerifier("cart", PublishedKeys(published), {})
    async with running(create_cart(platform, settings, verifier=verifier)) as client:
        yield client


async def change_password(desk: Desk, person: Person) -> None:
    body = {"current_password": person.password, "new_password": "difference engine"}
    await desk.client.post("/password/change", json=body, headers=person.headers)


async def reset_password(desk: Desk, person: Person) -> None:
    await desk.client.post("/password/forgot", json={"email": person.email})
    token = await desk.mailed_token(person.email, "reset")
    body = {"token": token, "password": "difference engine"}
    await desk.client.post("/password/reset", json=body)


async def sign_out_everywhere(desk: Desk, person: Person) -> None:
    await desk.client.post("/logout-all", headers=person.headers)


async def demote(desk: Desk, person: Person) -> None:
    await _by_admin(desk, person, {"roles": ["shopper"], "disabled": False})


async def disable(desk: Desk, person: Person) -> None:
    await _by_admin(desk, person, {"roles": ["merchant"], "disabled": True})


async def _by_admin(desk: Desk, person: Person, body: dict[str, Any]) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    await desk.client.put(f"/users/{person.id}", json=body, headers=admin.headers)


async def erase(desk: Desk, person: Person) -> None:
    body = {"password": person.password}
    await desk.client.request("DELETE", "/me", json=body, headers=person.headers)


@pytest.mark.parametrize(
    "change", [change_password, reset_password, sign_out_everywhere, demote, disable, erase]
)
async def test_the_next_request_fails_everywhere(
    desk: Desk, cart: httpx.AsyncClient, change: Change
) -> None:
    person = await desk.staff("milan@example.com", "merchant")
    other = await desk.register("other@example.com")

    async def answers(who: Person) -> list[int]:
        paths = [(desk.client, "/me"), (cart, ""), (cart, "/orders")]
        return [(await c.get(path, headers=who.headers)).status_code for c, path in paths]

    assert await answers(person) == [200, 200, 200]
    await change(desk, person)
    assert await answers(person) == [401, 401, 401]
    assert (await cart.get("", headers=person.headers)).json()["code"] == "token_revoked"
    assert await answers(other) == [200, 200, 200]


async def test_services_ask_for_the_version_of_an_account(desk: Desk) -> None:
    ada = await desk.register()

    async def version(user_id: str, headers: dict[str, str]) -> tuple[int, Any]:
        path = f"/internal/accounts/{user_id}/token-version"
        answer = await desk.client.get(path, headers=headers)
        return answer.status_code, answer.json().get("version")

    cart = desk.keys.service("cart", "auth")
    assert await version(ada.id, cart) == (200, 1)
    assert await version(ada.id, ada.headers) == (403, None)
    await sign_out_everywhere(desk, ada)
    assert await version(ada.id, cart) == (200, 2)
    assert await version(str(new_id()), cart) == (404, None)


async def test_signing_out_everywhere_ends_every_refresh_token(desk: Desk) -> None:
    ada = await desk.register()
    tablet = await desk.sign_in(ada)
    await sign_out_everywhere(desk, ada)
    for person in (ada, tablet):
        body = {"refresh_token": person.tokens["refresh_token"]}
        assert (await desk.client.post("/refresh", json=body)).status_code == 401
    assert await desk.me(await desk.sign_in(ada)) == 200


async def test_a_version_that_was_not_published_is_made_up_for(
    desk: Desk, cart: httpx.AsyncClient, redis_url: str
) -> None:
    """As after a crash between the commit and the publication, or a flushed Redis."""
    import asyncio

    from redis.asyncio import Redis

    ada = await desk.register()
    await sign_out_everywhere(desk, ada)
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(f"mercato:token-version:{ada.id}")
    for _ in range(40):
        await asyncio.sleep(0.05)
        if (await cart.get("", headers=ada.headers)).status_code == 401:
            break
    assert (await cart.get("", headers=ada.headers)).status_code == 401
