"""E-mail addresses: confirmed by a link, changed only when the new one is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.service.auth.desk import Desk, Person

NEW = "ada.king@example.com"


async def verify(desk: Desk, token: str, person: Person | None = None) -> tuple[int, str]:
    headers = person.headers if person else {}
    answer = await desk.client.post("/email/verify", json={"token": token}, headers=headers)
    body = answer.json()
    return answer.status_code, body.get("email") or body["code"]


async def account(desk: Desk, person: Person) -> dict[str, Any]:
    body: dict[str, Any] = (await desk.client.get("/me", headers=person.headers)).json()
    return body


async def change_email(desk: Desk, person: Person, email: str, password: str = "") -> Any:
    body = {"email": email, "password": password or person.password}
    return await desk.client.post("/me/email", json=body, headers=person.headers)


async def test_a_new_account_is_confirmed_by_the_link_in_its_mail(desk: Desk) -> None:
    ada = await desk.register()
    assert ada.tokens["account"]["email_verified"] is False
    token = await desk.mailed_token(ada.email, "verify")
    assert await verify(desk, token) == (200, ada.email)
    assert (await account(desk, ada))["email_verified"] is True


async def test_a_link_is_used_once_and_not_after_two_days(desk: Desk) -> None:
    ada = await desk.register()
    token = await desk.mailed_token(ada.email, "verify")
    desk.clock.ahead = timedelta(hours=49)
    assert await verify(desk, token) == (422, "invalid_link")
    desk.clock.ahead = timedelta()
    answers = await asyncio.gather(*[verify(desk, token) for _ in range(4)])
    assert sorted(answers) == [(200, ada.email)] + [(422, "invalid_link")] * 3


async def test_a_made_up_token_is_refused(desk: Desk) -> None:
    assert await verify(desk, "x" * 43) == (422, "invalid_link")
    for token in ("", "short", "x" * 201, "x" * 30 + "\x00"):
        assert await verify(desk, token) == (422, "invalid_request")


async def test_only_the_last_of_the_mails_sent_again_works(desk: Desk) -> None:
    ada = await desk.register()
    first = await desk.mailed_token(ada.email, "verify")
    assert (await desk.client.post("/email/resend", headers=ada.headers)).status_code == 202
    second = await desk.mailed_token(ada.email, "verify", 2)
    assert await verify(desk, first) == (422, "invalid_link")
    assert await verify(desk, second) == (200, ada.email)
    again = await desk.client.post("/email/resend", headers=ada.headers)
    assert (again.status_code, again.json()["code"]) == (409, "email_verified")


async def test_five_mails_an_hour_are_enough(desk: Desk) -> None:
    ada = await desk.register()
    answers = [await desk.client.post("/email/resend", headers=ada.headers) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202] * 4 + [429]
    assert answers[-1].headers["retry-after"] == "3600"
    desk.clock.ahead = timedelta(minutes=61)
    assert (await desk.client.post("/email/resend", headers=ada.headers)).status_code == 202


async def test_mails_hold_no_text_a_stranger_chose(desk: Desk) -> None:
    await desk.register(name="You won! See evil.example")
    assert "evil" not in "".join(desk.mails("ada@example.com"))


async def test_an_address_changes_when_the_new_one_is_confirmed(desk: Desk) -> None:
    ada = await desk.register()
    assert (await change_email(desk, ada, NEW)).status_code == 202
    assert (await account(desk, ada))["email"] == ada.email
    assert (await desk.login(NEW, ada.password)).status_code == 401
    token = await desk.mailed_token(NEW, "verify")
    assert await verify(desk, token, ada) == (200, NEW)
    assert (await account(desk, ada))["email"] == NEW
    assert (await account(desk, ada))["email_verified"] is True
    assert (await desk.login(NEW, ada.password)).status_code == 200
    assert (await desk.login(ada.email, ada.password)).status_code == 401
    assert desk.mails(ada.email)[-1].startswith("Your account has a new e-mail address")


async def test_a_stranger_whose_address_was_typed_by_mistake_gets_no_account(desk: Desk) -> None:
    ada, stranger = await desk.register(), await desk.register("stranger@example.com")
    await change_email(desk, ada, NEW)
    token = await desk.mailed_token(NEW, "verify")
    for who in (None, stranger):
        assert await verify(desk, token, who) == (401, "sign_in_to_confirm")
    assert (await account(desk, ada))["email"] == ada.email
    assert await verify(desk, token, ada) == (200, NEW)


async def test_changing_the_address_needs_the_password(desk: Desk) -> None:
    ada = await desk.register()
    answer = await change_email(desk, ada, NEW, "wrong")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert desk.mails(NEW) == []


async def test_another_address_asked_for_with_the_old_password_is_given_up(desk: Desk) -> None:
    thief = await desk.register()
    await desk.client.post("/password/forgot", json={"email": thief.email})
    await change_email(desk, thief, "thief@example.com")
    planted = await desk.mailed_token("thief@example.com", "verify")
    reset = await desk.mailed_token(thief.email, "reset")
    body = {"token": reset, "password": "difference engine"}
    assert (await desk.client.post("/password/reset", json=body)).status_code == 204
    owner = await desk.sign_in(replace(thief, password="difference engine"))
    assert await verify(desk, planted, owner) == (422, "invalid_link")
    assert (await account(desk, owner))["email"] == owner.email


async def test_a_new_password_leaves_the_link_to_confirm_the_own_address(desk: Desk) -> None:
    ada = await desk.register()
    own = await desk.mailed_token(ada.email, "verify")
    body = {"current_password": ada.password, "new_password": "difference engine"}
    assert (
        await desk.client.post("/password/change", json=body, headers=ada.headers)
    ).status_code == 200
    assert await verify(desk, own) == (200, ada.email)


async def test_a_link_to_reset_sent_to_the_former_address_ends(desk: Desk) -> None:
    ada = await desk.register()
    await desk.client.post("/password/forgot", json={"email": ada.email})
    former = await desk.mailed_token(ada.email, "reset")
    await change_email(desk, ada, NEW)
    assert await verify(desk, await desk.mailed_token(NEW, "verify"), ada) == (200, NEW)
    body = {"token": former, "password": "difference engine"}
    assert (await desk.client.post("/password/reset", json=body)).status_code == 422


async def test_a_taken_address_is_told_to_its_owner_only(desk: Desk) -> None:
    ada = await desk.register()
    bob = await desk.register("bob@example.com")
    free = await change_email(desk, ada, NEW)
    taken = await change_email(desk, ada, bob.email)
    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    last = desk.mails(bob.email)[-1]
    assert last.startswith("This e-mail address is in use already")
    assert "token=" not in last


async def test_an_address_two_accounts_want_goes_to_the_first(desk: Desk) -> None:
    ada, bob = await desk.register(), await desk.register("bob@example.com")
    await change_email(desk, ada, NEW)
    first = await desk.mailed_token(NEW, "verify")
    await change_email(desk, bob, NEW)
    second = await desk.mailed_token(NEW, "verify", 2)
    answers = await asyncio.gather(verify(desk, first, ada), verify(desk, second, bob))
    assert sorted(answers) == [(200, NEW), (409, "email_taken")]


async def test_the_name_changes(desk: Desk) -> None:
    ada = await desk.register()
    for name, status in (("Ada King", 200), ("", 422), ("Ada\x00", 422), ("x" * 121, 422)):
        answer = await desk.client.put("/me", json={"name": name}, headers=ada.headers)
        assert answer.status_code == status
    assert (await account(desk, ada))["name"] == "Ada King"
    more = {"name": "Ada", "roles": ["admin"]}
    assert (await desk.client.put("/me", json=more, headers=ada.headers)).status_code == 422
