"""The right to the own data, and to be forgotten."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from deployments.shared.errors import Unavailable
from deployments.shared.events import Event, stream_name
from tests.service.auth.desk import ADA, ADDRESS, Desk, Person


async def erase(desk: Desk, person: Person, password: str | None = None) -> httpx.Response:
    body = {"password": password or person.password}
    return await desk.client.request("DELETE", "/me", json=body, headers=person.headers)


async def test_an_export_holds_all_that_is_kept_about_a_person(desk: Desk) -> None:
    desk.exported["orders"] = {"orders": [{"number": "100001"}]}
    desk.exported["reviews"] = {"reviews": [{"stars": 5}]}
    ada = await desk.register()
    await desk.sign_in(ada)
    await desk.client.post("/logout", json={"refresh_token": ada.tokens["refresh_token"]})
    await desk.client.post("/me/addresses", json=ADDRESS, headers=ada.headers)
    answer = await desk.client.get("/me/export", headers=ada.headers)
    assert answer.status_code == 200
    export: dict[str, Any] = answer.json()
    assert export["account"]["email"] == ada.email
    assert [address["city"] for address in export["addresses"]] == ["Berlin"]
    assert [sign_in["ended"] for sign_in in export["sign_ins"]] == [False, True]
    assert export["orders"] == {"orders": [{"number": "100001"}]}
    assert export["reviews"] == {"reviews": [{"stars": 5}]}
    assert "password" not in answer.text
    assert "token" not in answer.text


@pytest.mark.parametrize("part", ["orders", "reviews"])
async def test_half_an_export_is_none(desk: Desk, part: str) -> None:
    desk.exported[part] = Unavailable("export_incomplete", "try again later")
    ada = await desk.register()
    answer = await desk.client.get("/me/export", headers=ada.headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "export_incomplete")
    assert "retry-after" in answer.headers


async def test_an_erased_account_leaves_nothing_of_the_person(desk: Desk) -> None:
    ada = await desk.register()
    tablet = await desk.sign_in(ada)
    await desk.client.post("/me/addresses", json=ADDRESS, headers=ada.headers)
    await desk.client.post("/password/forgot", json={"email": ada.email})
    await desk.mailed_token(ada.email, "reset")
    assert (await erase(desk, ada)).status_code == 204
    assert (await desk.me(ada), await desk.me(tablet)) == (401, 401)
    assert (await desk.login(ada.email, ada.password)).status_code == 401
    row = str(desk.rows("SELECT u FROM users u"))
    assert "ada" not in row.lower()
    for table in ("addresses", "refresh_tokens", "mailed_tokens", "reset_requests"):
        assert desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    assert desk.mails(ada.email)[-1].startswith("Your account was erased")


async def test_the_others_hear_of_an_erased_account(desk: Desk, redis_url: str) -> None:
    ada = await desk.register()
    await erase(desk, ada)
    expected = ("account.erased", {"user_id": ada.id})
    assert desk.rows("SELECT type, payload FROM outbox") == [expected]
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        answer: Any = await redis.xread({stream_name("accounts"): "0"}, block=3000)
        streams = answer.values() if isinstance(answer, dict) else [item[1] for item in answer]
        entries = next(iter(streams))
        fields = entries[0][0][1] if isinstance(entries[0], list) else entries[0][1]
        event = Event.from_fields(fields)
    assert (event.type, event.payload) == expected


async def test_the_outbox_is_open_to_its_listeners_only(desk: Desk) -> None:
    query = {"topic": "accounts"}
    for caller, status in (("cart", 200), ("products", 200), ("search", 403)):
        headers = desk.keys.service(caller, "auth")
        answer = await desk.client.get("/internal/outbox", params=query, headers=headers)
        assert answer.status_code == status


async def test_erasing_needs_the_password(desk: Desk) -> None:
    ada = await desk.register()
    answer = await erase(desk, ada, "wrong")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert (await desk.client.delete("/me", headers=ada.headers)).status_code == 422
    assert await desk.me(ada) == 200
    assert desk.rows("SELECT count(*) FROM outbox") == [(0,)]


async def test_the_address_of_an_erased_account_is_free_again(desk: Desk) -> None:
    ada = await desk.register()
    await erase(desk, ada)
    again = await desk.register()
    assert again.id != ada.id


async def test_nobody_revives_an_erased_account(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    ada = await desk.register()
    await erase(desk, ada)
    body = {"roles": ["shopper"], "disabled": False}
    answer = await desk.client.put(f"/users/{ada.id}", json=body, headers=admin.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_erased")
    view = (await desk.client.get(f"/users/{ada.id}", headers=admin.headers)).json()
    assert (view["erased"], view["disabled"]) == (True, True)


async def test_the_last_admin_stays(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    answer = await erase(desk, admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    await desk.staff("other@example.com", "admin")
    assert (await erase(desk, admin, ADA["password"])).status_code == 204
