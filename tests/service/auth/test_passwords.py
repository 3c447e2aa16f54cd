"""Forgotten, reset and changed passwords."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.service.auth.desk import ADA, Desk, Person

NEW = "difference engine"


async def forgot(desk: Desk, email: str) -> int:
    return (await desk.client.post("/password/forgot", json={"email": email})).status_code


async def reset(desk: Desk, token: str, password: str = NEW) -> tuple[int, str | None]:
    answer = await desk.client.post("/password/reset", json={"token": token, "password": password})
    return answer.status_code, answer.json()["code"] if answer.content else None


async def change(desk: Desk, person: Person, **changes: str) -> Any:
    body = {"current_password": person.password, "new_password": NEW} | changes
    return await desk.client.post("/password/change", json=body, headers=person.headers)


async def test_a_forgotten_password_is_replaced_through_the_mail(desk: Desk) -> None:
    ada = await desk.register()
    assert await forgot(desk, "ADA@example.com") == 202
    token = await desk.mailed_token(ada.email, "reset")
    assert await reset(desk, token) == (204, None)
    assert (await desk.login(ada.email, ada.password)).status_code == 401
    assert (await desk.login(ada.email, NEW)).status_code == 200
    assert any(mail.startswith("Your password was changed") for mail in desk.mails(ada.email))


async def test_an_unknown_address_gets_the_same_answer_after_the_same_work(desk: Desk) -> None:
    ada = await desk.register()
    known = await desk.client.post("/password/forgot", json={"email": ada.email})
    unknown = await desk.client.post("/password/forgot", json={"email": "nobody@example.com"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    await desk.mailed_token(ada.email, "reset")
    assert desk.rows("SELECT count(*) FROM reset_requests") == [(0,)]
    assert desk.mails("nobody@example.com") == []


async def test_a_reset_signs_out_everywhere_and_confirms_the_address(desk: Desk) -> None:
    ada = await desk.register()
    tablet = await desk.sign_in(ada)
    await forgot(desk, ada.email)
    await reset(desk, await desk.mailed_token(ada.email, "reset"))
    for person in (ada, tablet):
        assert await desk.me(person) == 401
        body = {"refresh_token": person.tokens["refresh_token"]}
        assert (await desk.client.post("/refresh", json=body)).status_code == 401
    assert (await desk.login(ada.email, NEW)).json()["account"]["email_verified"] is True


async def test_a_reset_ends_the_pause_after_wrong_guesses(desk: Desk) -> None:
    ada = await desk.register()
    for _ in range(6):
        await desk.login(ada.email, "wrong")
    await forgot(desk, ada.email)
    await reset(desk, await desk.mailed_token(ada.email, "reset"))
    assert (await desk.login(ada.email, NEW)).status_code == 200


async def test_a_link_works_once_even_when_used_twice_at_once(desk: Desk) -> None:
    ada = await desk.register()
    await forgot(desk, ada.email)
    token = await desk.mailed_token(ada.email, "reset")
    answers = await asyncio.gather(*[reset(desk, token) for _ in range(5)])
    assert sorted(answers, key=str) == [(204, None)] + [(422, "invalid_link")] * 4


async def test_a_link_expires_after_an_hour(desk: Desk) -> None:
    ada = await desk.register()
    await forgot(desk, ada.email)
    token = await desk.mailed_token(ada.email, "reset")
    desk.clock.ahead = timedelta(minutes=61)
    assert await reset(desk, token) == (422, "invalid_link")


async def test_a_changed_password_ends_links_sent_before(desk: Desk) -> None:
    ada = await desk.register()
    await forgot(desk, ada.email)
    token = await desk.mailed_token(ada.email, "reset")
    assert (await change(desk, ada)).status_code == 200
    assert await reset(desk, token, "a third password") == (422, "invalid_link")


async def test_a_link_to_confirm_the_address_resets_no_password(desk: Desk) -> None:
    ada = await desk.register()
    token = await desk.mailed_token(ada.email, "verify")
    assert await reset(desk, token) == (422, "invalid_link")


async def test_a_refused_password_leaves_the_link_usable(desk: Desk) -> None:
    ada = await desk.register()
    await forgot(desk, ada.email)
    token = await desk.mailed_token(ada.email, "reset")
    assert await reset(desk, token, "password123") == (422, "password_too_easy")
    assert await reset(desk, token) == (204, None)


async def test_nobody_floods_a_mailbox_with_links(desk: Desk) -> None:
    ada = await desk.register()
    for count in range(1, 6):
        await forgot(desk, ada.email)
        await desk.mailed_token(ada.email, "reset", count)
    assert await forgot(desk, ada.email) == 202
    for _ in range(40):
        if desk.rows("SELECT count(*) FROM reset_requests") == [(0,)]:
            break
        await asyncio.sleep(0.05)
    assert desk.rows("SELECT count(*) FROM mailed_tokens WHERE purpose = 'reset_password'") == [
        (5,)
    ]


async def test_tokens_of_links_are_stored_hashed(desk: Desk) -> None:
    ada = await desk.register()
    token = await desk.mailed_token(ada.email, "verify")
    stored = desk.rows("SELECT token_hash FROM mailed_tokens")
    assert token not in str(stored)
    assert len(stored[0][0]) == 64


async def test_who_changes_the_password_stays_signed_in_and_the_others_do_not(desk: Desk) -> None:
    ada = await desk.register()
    tablet = await desk.sign_in(ada)
    answer = await change(desk, ada)
    assert answer.status_code == 200
    assert await desk.me(Person(ada.email, NEW, answer.json())) == 200
    assert (await desk.me(ada), await desk.me(tablet)) == (401, 401)
    body = {"refresh_token": tablet.tokens["refresh_token"]}
    assert (await desk.client.post("/refresh", json=body)).status_code == 401


async def test_the_current_password_is_needed(desk: Desk) -> None:
    ada = await desk.register()
    answer = await change(desk, ada, current_password="wrong")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert await desk.me(ada) == 200


async def test_of_two_changes_at_once_one_wins(desk: Desk) -> None:
    ada = await desk.register()
    answers = await asyncio.gather(
        *[change(desk, ada, new_password=f"difference engine {n}") for n in range(2)]
    )
    codes = sorted(answer.status_code for answer in answers)
    # The other one meets a token that has ended, or a password that is the present one no more.
    assert codes in ([200, 401], [200, 403])


async def test_a_sign_in_during_a_change_of_password_does_not_outlive_it(desk: Desk) -> None:
    ada = await desk.register()
    changed, *sign_ins = await asyncio.gather(
        change(desk, ada), *[desk.login(ada.email, ada.password) for _ in range(4)]
    )
    assert changed.status_code == 200
    for answer in sign_ins:
        if answer.status_code == 200:
            assert await desk.me(Person(ada.email, "", answer.json())) == 401
            body = {"refresh_token": answer.json()["refresh_token"]}
            assert (await desk.client.post("/refresh", json=body)).status_code == 401


@pytest.mark.parametrize(
    "password",
    ["x" * 73, "🔑" * 64, "nul\x00in the middle", "🔑x" * 512, "  spaces around  "],
    ids=["73 bytes", "64 emoji", "NUL", "1024 characters", "spaces"],
)
async def test_every_character_of_a_password_counts(desk: Desk, password: str) -> None:
    ada = await desk.register(password=password)
    assert (await desk.login(ada.email, password)).status_code == 200
    for other in (password[:-1], password.replace("\x00", ""), password.strip()):
        if other != password:
            assert (await desk.login(ada.email, other)).status_code == 401
    if "\x00" in password:
        assert (await desk.login(ada.email, password[: password.index("\x00")])).status_code == 401


async def test_equal_looking_unicode_is_the_same_password(desk: Desk) -> None:
    ada = await desk.register(password="zwölf Büroräume ﬁn")
    composed = "zwo\u0308lf Bu\u0308rora\u0308ume fin"
    assert (await desk.login(ada.email, composed)).status_code == 200


BAD = ("short", "x" * 1025, "password123", "PASSWORD123", "Ada@Example.com", "1234567890", "")


async def test_bad_new_passwords_are_refused(desk: Desk) -> None:
    ada = await desk.register()
    for password in BAD:
        body = ADA | {"password": password}
        answer = await desk.client.post("/register", json=body)
        assert answer.status_code == 422, password
        assert answer.json()["code"] in ("invalid_request", "password_too_easy")
        assert (await change(desk, ada, new_password=password)).status_code == 422, password


async def test_half_a_surrogate_pair_is_no_text(desk: Desk) -> None:
    body = json.dumps(ADA | {"password": "\ud83d analytical engine"})
    headers = {"Content-Type": "application/json"}
    for path in ("/register", "/login"):
        answer = await desk.client.post(path, content=body, headers=headers)
        assert answer.status_code == 422
        assert "engine" not in answer.text
