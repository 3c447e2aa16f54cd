"""Accounts over HTTP on a real database."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from deployments.shared.settings import OPERATOR
from tests.service.auth.desk import ADA
from tests.support import Keys


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_registered_shopper_reads_their_account(auth: httpx.AsyncClient) -> None:
    answer = await auth.post("/register", json=ADA)
    assert answer.status_code == 201
    me = await auth.get("/me", headers=bearer(answer.json()))
    assert me.json()["email"] == ADA["email"]
    assert me.json()["roles"] == ["shopper"]


async def test_an_address_registers_once_whatever_its_case(auth: httpx.AsyncClient) -> None:
    await auth.post("/register", json=ADA)
    answers = await asyncio.gather(
        *[auth.post("/register", json=ADA | {"email": "ADA@example.com"}) for _ in range(3)]
    )
    assert [a.status_code for a in answers] == [409, 409, 409]
    assert answers[0].json()["code"] == "email_taken"


async def test_equal_registrations_at_once_make_one_account(auth: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*[auth.post("/register", json=ADA) for _ in range(5)])
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize(
    "change",
    [{"email": "no address"}, {"password": "short"}, {"name": ""}, {"roles": ["admin"]}],
)
async def test_bad_registration_is_refused_and_nothing_stored(
    auth: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    answer = await auth.post("/register", json=ADA | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    login = {"email": ADA["email"], "password": ADA["password"]}
    assert (await auth.post("/login", json=login)).status_code == 401


async def test_unknown_address_and_wrong_password_get_the_same_answer(
    auth: httpx.AsyncClient,
) -> None:
    await auth.post("/register", json=ADA)
    wrong = await auth.post("/login", json={"email": ADA["email"], "password": "wrong"})
    unknown = await auth.post("/login", json={"email": "bob@example.com", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]


@pytest.mark.parametrize("password", ["x" * 73, "🔑" * 64])
async def test_long_passwords_count_to_the_last_character(
    auth: httpx.AsyncClient, password: str
) -> None:
    await auth.post("/register", json=ADA | {"password": password})
    right = {"email": ADA["email"], "password": password}
    cut = {"email": ADA["email"], "password": password[:-1]}
    assert (await auth.post("/login", json=right)).status_code == 200
    assert (await auth.post("/login", json=cut)).status_code == 401


async def test_a_refresh_token_works_once_and_reuse_ends_the_sign_in(
    auth: httpx.AsyncClient,
) -> None:
    first = (await auth.post("/register", json=ADA)).json()
    second = await auth.post("/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    reused = await auth.post("/refresh", json={"refresh_token": first["refresh_token"]})
    assert reused.status_code == 401
    family = await auth.post("/refresh", json={"refresh_token": second.json()["refresh_token"]})
    assert family.status_code == 401


async def test_of_two_refreshes_at_once_one_wins(auth: httpx.AsyncClient) -> None:
    tokens = (await auth.post("/register", json=ADA)).json()
    body = {"refresh_token": tokens["refresh_token"]}
    answers = await asyncio.gather(*[auth.post("/refresh", json=body) for _ in range(2)])
    assert sorted(a.status_code for a in answers) == [200, 401]


async def test_signed_out_refresh_token_stops_working(auth: httpx.AsyncClient) -> None:
    tokens = (await auth.post("/register", json=ADA)).json()
    body = {"refresh_token": tokens["refresh_token"]}
    assert (await auth.post("/logout", json=body)).status_code == 204
    assert (await auth.post("/refresh", json=body)).status_code == 401


async def test_only_the_operator_gives_roles(auth: httpx.AsyncClient, keys: Keys) -> None:
    body = ADA | {"roles": ["merchant"]}
    shopper = bearer((await auth.post("/register", json=ADA)).json())
    assert (await auth.put("/internal/accounts", json=body)).status_code == 401
    assert (await auth.put("/internal/accounts", json=body, headers=shopper)).status_code == 403
    cart = keys.service("cart", "auth")
    assert (await auth.put("/internal/accounts", json=body, headers=cart)).status_code == 403
    operator = keys.service(OPERATOR, "auth")
    made = await auth.put("/internal/accounts", json=body, headers=operator)
    assert made.json()["roles"] == ["merchant"]


async def test_expired_and_foreign_tokens_are_refused(auth: httpx.AsyncClient, keys: Keys) -> None:
    await auth.post("/register", json=ADA)
    # Signed with auth's key but under a key id that auth never published.
    foreign = await auth.get("/me", headers=keys.user("admin"))
    assert foreign.status_code == 401
    assert foreign.json()["code"] == "invalid_token"
    wrong_audience = await auth.put(
        "/internal/accounts", json={}, headers=keys.service(OPERATOR, "cart")
    )
    assert wrong_audience.status_code == 401


async def test_health_and_readiness(auth: httpx.AsyncClient) -> None:
    assert (await auth.get("/health")).json() == {"status": "ok", "service": "auth"}
    assert (await auth.get("/ready")).json()["checks"] == ["database"]
