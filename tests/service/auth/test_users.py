"""Users and roles, managed by admins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deployments.shared.ids import new_id
from tests.service.auth.desk import ADA, Desk, Person


async def change(
    desk: Desk, admin: Person, user: Person, *roles: str, disabled: bool = False
) -> Any:
    body = {"roles": list(roles), "disabled": disabled}
    return await desk.client.put(f"/users/{user.id}", json=body, headers=admin.headers)


async def emails(desk: Desk, admin: Person, **params: Any) -> tuple[list[str], str | None]:
    answer = await desk.client.get("/users", params=params, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    return [user["email"] for user in answer.json()["items"]], answer.json()["next_cursor"]


@pytest.mark.parametrize("roles", [["shopper"], ["merchant", "analyst"]], ids=str)
async def test_users_are_for_admins_only(desk: Desk, roles: list[str]) -> None:
    person = await desk.staff("staff@example.com", *roles)
    answers = [
        await desk.client.get("/users", headers=person.headers),
        await desk.client.get(f"/users/{person.id}", headers=person.headers),
        await change(desk, person, person, "admin"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (await desk.client.get("/users")).status_code == 401


async def test_users_are_listed_newest_first_page_by_page(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    for number in range(4):
        await desk.register(f"user{number}@example.com")
    first, cursor = await emails(desk, admin, limit=3)
    assert first == ["user3@example.com", "user2@example.com", "user1@example.com"]
    assert await emails(desk, admin, limit=3, cursor=cursor) == (
        ["user0@example.com", "admin@example.com"],
        None,
    )


async def test_users_are_found_by_a_part_of_their_address(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    await desk.register("o_hara@example.com")
    await desk.register("oxhara@example.com")
    assert await emails(desk, admin, email="O_HARA") == (["o_hara@example.com"], None)
    assert await emails(desk, admin, email="%") == ([], None)


async def test_bad_questions_are_refused(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    for params in ({"cursor": "x"}, {"limit": "101"}, {"email": "a\x00b"}):
        answer = await desk.client.get("/users", params=params, headers=admin.headers)
        assert answer.status_code == 422, params


async def test_a_new_role_counts_from_the_next_sign_in_and_ends_the_present_one(
    desk: Desk,
) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    bob = await desk.register("bob@example.com")
    answer = await change(desk, admin, bob, "merchant", "merchant", "shopper")
    assert answer.json()["roles"] == ["merchant", "shopper"]
    assert await desk.me(bob) == 401
    again = await desk.sign_in(bob)
    assert again.tokens["account"]["roles"] == ["merchant", "shopper"]
    assert (await change(desk, admin, bob, "shopper", "merchant")).status_code == 200
    assert await desk.me(again) == 200, "nothing has changed"


async def test_a_disabled_user_is_out_at_once_and_back_when_enabled(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    bob = await desk.register("bob@example.com")
    assert (await change(desk, admin, bob, "shopper", disabled=True)).json()["disabled"] is True
    assert await desk.me(bob) == 401
    body = {"refresh_token": bob.tokens["refresh_token"]}
    assert (await desk.client.post("/refresh", json=body)).status_code == 401
    wrong = await desk.login("nobody@example.com", "wrong")
    refused = await desk.login(bob.email, bob.password)
    assert (refused.status_code, refused.json()["detail"]) == (401, wrong.json()["detail"])
    await desk.client.post("/password/forgot", json={"email": bob.email})
    await desk.app.state.send_reset_mails()
    assert not any("reset" in mail for mail in desk.mails(bob.email))
    await change(desk, admin, bob, "shopper")
    assert await desk.me(bob) == 401, "tokens from before stay refused"
    assert await desk.me(await desk.sign_in(bob)) == 200


async def test_an_admin_keeps_the_own_role(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    await desk.staff("other@example.com", "admin")
    for roles, disabled in ((["shopper"], False), (["admin"], True)):
        answer = await change(desk, admin, admin, *roles, disabled=disabled)
        assert (answer.status_code, answer.json()["code"]) == (409, "own_admin_role")
    assert await desk.me(admin) == 200


async def test_admins_who_demote_each_other_at_once_leave_one(desk: Desk) -> None:
    admins = [await desk.staff(f"admin{number}@example.com", "admin") for number in range(2)]
    answers = await asyncio.gather(
        change(desk, admins[0], admins[1], "shopper"), change(desk, admins[1], admins[0], "shopper")
    )
    # The slower one is refused as a token from before or, later, as an admin no more.
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403])
    left = desk.rows("SELECT count(*) FROM users WHERE 'admin' = ANY (roles)")
    assert left == [(1,)]


async def test_an_unknown_user_is_not_found(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    path = f"/users/{new_id()}"
    body = {"roles": ["shopper"], "disabled": False}
    assert (await desk.client.get(path, headers=admin.headers)).status_code == 404
    assert (await desk.client.put(path, json=body, headers=admin.headers)).status_code == 404


BAD: list[dict[str, Any]] = [
    {"roles": ["root"], "disabled": False},
    {"roles": [], "disabled": False},
    {"roles": ["admin"]},
    {"roles": ["admin"], "disabled": False, "email": "x@example.com"},
    {"roles": "admin", "disabled": False},
    {"roles": ["admin"], "disabled": "perhaps"},
]


async def test_a_bad_change_is_refused(desk: Desk) -> None:
    admin = await desk.staff("admin@example.com", "admin")
    bob = await desk.register("bob@example.com")
    for body in BAD:
        answer = await desk.client.put(f"/users/{bob.id}", json=body, headers=admin.headers)
        assert answer.status_code == 422, body
    assert await desk.me(bob) == 200


async def test_the_operator_signs_out_whom_it_changes_and_nobody_else(desk: Desk) -> None:
    bob = await desk.staff("bob@example.com", "merchant")
    headers = desk.keys.service("operator", "auth")
    same = ADA | {"email": bob.email, "roles": ["merchant"], "name": "Bob"}
    await desk.client.put("/internal/accounts", json=same, headers=headers)
    assert await desk.me(bob) == 200
    for change in ({"roles": ["shopper"]}, {"password": "difference engine"}):
        same |= change
        person = await desk.sign_in(bob)
        await desk.client.put("/internal/accounts", json=same, headers=headers)
        assert await desk.me(person) == 401
