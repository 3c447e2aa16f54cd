"""What people do about their own account."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest

from webapp.session import Session, keeper, visitor_of
from webapp.state.account import Account, Door
from webapp.state.addresses import AddressBook
from webapp.state.basket import Basket, refresh
from webapp.state.mailed import Confirmation, Forgotten, NewPassword
from webapp.state.settings import Settings
from webapp.state.shop import Shop

from .conftest import Browser, redirects, run
from .fake_world import PASSWORD, World
from .test_account import signed_in

EMAIL = "shopper@example.com"
NEW = "another good sentence"
HOME = {"name": "Ada Lovelace", "line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin"}


async def _settings(browser: Browser) -> Any:
    await signed_in(browser)
    browser.go("/account/settings")
    page = await browser.state(Settings)
    await run(page.load())
    return page


async def test_too_many_tries_tell_how_long_to_wait(browser: Browser, world: World) -> None:
    world.retry_after = 40
    browser.go("/sign-in")
    door = await browser.state(Door)
    await run(door.sign_in({"email": EMAIL, "password": "wrong"}))
    assert door.error == "Too many tries: wait 40 s and try again."


async def test_asking_for_a_new_password_never_tells_who_has_an_account(
    browser: Browser, world: World
) -> None:
    browser.go("/account/forgot")
    page = await browser.state(Forgotten)
    for email in (EMAIL, "nobody@example.com"):
        page.load()
        await run(page.send({"email": email}))
        assert (page.sent_to, page.error) == (email, "")
    assert len(world.mailed) == 1


async def test_a_link_sets_a_new_password_once(browser: Browser, world: World) -> None:
    await _forgotten(browser)
    (token,) = world.mailed
    browser.go(f"/account/reset?token={token}")
    page = await browser.state(NewPassword)
    page.load()
    await run(page.save({"password": "short"}))
    assert (page.wrong, page.done) == ("password", False)
    await run(page.save({"password": NEW}))
    assert page.done
    assert world.accounts[EMAIL][1] == NEW

    page.load()
    await run(page.save({"password": NEW}))
    assert (page.done, page.expired) == (False, True)


async def _forgotten(browser: Browser) -> None:
    browser.go("/account/forgot")
    page = await browser.state(Forgotten)
    await run(page.send({"email": EMAIL}))


async def test_a_link_without_its_token_asks_nothing(browser: Browser, world: World) -> None:
    browser.go("/account/verify")
    page = await browser.state(Confirmation)
    await run(page.load())
    assert "not complete" in page.error
    assert world.calls == []


async def test_the_banner_goes_once_the_address_is_confirmed(
    browser: Browser, world: World
) -> None:
    browser.go("/register")
    door = await browser.state(Door)
    form = {"name": "Grace", "email": "grace@example.com", "password": "long enough 1"}
    await run(door.register(form))
    session, header = await browser.state(Session), await browser.state(Shop)
    assert session.unverified
    await run(header.resend_verification())
    assert "on its way" in header.verification_note

    (token,) = world.mailed
    browser.go(f"/account/verify?token={token}")
    page = await browser.state(Confirmation)
    await run(page.load())
    assert page.email == "grace@example.com"
    assert not session.unverified


async def test_settings_are_behind_the_sign_in(browser: Browser) -> None:
    browser.go("/account/settings")
    page = await browser.state(Settings)
    assert redirects(await run(page.load())) == ["/sign-in?next=/account/settings"]


async def test_a_new_name_shows_at_once(browser: Browser) -> None:
    page = await _settings(browser)
    await run(page.save_name({"name": "  Ada   King "}))
    assert (page.done, (await browser.state(Session)).name) == ("Saved.", "Ada King")
    await run(page.save_name({"name": " "}))
    assert (page.section, page.wrong) == ("name", "name")


async def test_a_new_password_keeps_this_tab_signed_in_and_ends_the_others(
    browser: Browser, world: World
) -> None:
    page = await _settings(browser)
    session = await browser.state(Session)
    old = session.refresh_token
    await run(page.save_password({"old_password": "wrong", "new_password": NEW}))
    assert "not your current password" in page.error
    await run(page.save_password({"old_password": PASSWORD, "new_password": NEW}))
    assert "changed" in page.done
    assert session.refresh_token != old
    assert (await visitor_of(session)).access_token
    assert old not in world.refresh


async def test_a_new_address_counts_from_its_confirmation(browser: Browser) -> None:
    page = await _settings(browser)
    await run(page.save_email({"new_email": "ada@new.example", "email_password": PASSWORD}))
    assert "follow the link" in page.done
    assert (await browser.state(Session)).email == EMAIL


async def test_signing_out_everywhere_ends_this_sign_in_too(browser: Browser) -> None:
    page = await _settings(browser)
    assert redirects(await run(page.sign_out_everywhere())) == ["/sign-in"]
    session = await browser.state(Session)
    assert not session.signed_in
    assert session.farewell == "You are signed out everywhere."


async def test_my_data_comes_as_a_file(browser: Browser) -> None:
    page = await _settings(browser)
    (event,) = [e for e in await run(page.download()) if "_download" in str(e.handler.fn)]
    sent = {str(name): str(value) for name, value in event.args}
    assert "my-data.json" in sent["filename"]
    content = b64decode(sent["url"].strip('"').partition("base64,")[2])
    assert json.loads(content)["account"]["email"] == EMAIL


async def test_an_account_is_deleted_only_with_its_password(browser: Browser, world: World) -> None:
    page = await _settings(browser)
    await run(page.erase({"erase_password": "wrong"}))
    assert EMAIL in world.accounts
    assert redirects(await run(page.erase({"erase_password": PASSWORD}))) == ["/sign-in"]
    assert EMAIL not in world.accounts
    assert not (await browser.state(Session)).signed_in


async def test_addresses_are_kept_changed_and_removed(browser: Browser, world: World) -> None:
    await signed_in(browser)
    browser.go("/account/addresses")
    page = await browser.state(AddressBook)
    await run(page.load())
    await run(page.edit(""))
    assert page.edited.name == "Ada Lovelace"
    await run(page.save(HOME | {"city": ""}))
    assert (page.wrong, world.addresses) == ("city", {})
    await run(page.save(HOME | {"country": "DE"}))
    assert page.addresses[0].lines == ["Torstraße 1", "10119 Berlin", "Germany"]
    assert page.addresses[0].is_default

    await run(page.edit(page.addresses[0].id))
    await run(page.save(HOME | {"city": "Hamburg", "country": "AT"}))
    assert page.addresses[0].lines[1:] == ["10119 Hamburg", "Austria"]
    await run(page.remove(page.addresses[0].id))
    assert page.addresses == []


async def test_an_account_that_was_changed_elsewhere_is_signed_out_politely(
    browser: Browser, world: World
) -> None:
    session = await signed_in(browser)
    world.end_sign_ins(world.accounts[EMAIL][0].id)
    browser.go("/account/orders")
    page = await browser.state(Account)
    assert redirects(await run(page.load())) == ["/sign-in?next=/account/orders"]
    assert not session.signed_in
    assert "signed out" in session.farewell
    assert page.error == ""


async def test_a_cart_goes_on_as_a_guest_when_the_sign_in_has_ended(
    browser: Browser, world: World
) -> None:
    session = await signed_in(browser)
    world.end_sign_ins(world.accounts[EMAIL][0].id)
    basket = await browser.state(Basket)
    await refresh(basket)
    assert (basket.error, session.signed_in) == ("", False)


async def test_other_roles_count_without_signing_in_again(browser: Browser, world: World) -> None:
    session = await signed_in(browser)
    account = world.accounts[EMAIL][0]
    world.change_account(account.id, roles=["merchant", "shopper"])
    world.stale_tokens |= set(world.access)
    basket = await browser.state(Basket)
    await refresh(basket)
    await visitor_of(session)
    assert session.signed_in
    assert session.is_merchant
    assert world.calls.count("POST /auth/refresh") == 1


async def test_a_refused_token_is_renewed_once_for_all_calls_of_a_page(
    browser: Browser, world: World
) -> None:
    session = await signed_in(browser)
    known = await keeper().sign_in(session.refresh_token)
    renewed = await keeper().renew(session.refresh_token, known.access_token)
    assert renewed.access_token != known.access_token
    # Another call that was refused with the old token gets the new one, without a trade.
    again = await keeper().renew(session.refresh_token, known.access_token)
    assert again == renewed
    assert world.calls.count("POST /auth/refresh") == 1


@pytest.mark.parametrize("role", ["shopper", "merchant", "admin"])
async def test_only_staff_sees_the_way_to_the_back_office(browser: Browser, role: str) -> None:
    browser.go("/sign-in")
    door = await browser.state(Door)
    await run(door.sign_in({"email": f"{role}@example.com", "password": PASSWORD}))
    session = await browser.state(Session)
    assert (session.is_merchant, session.is_admin) == (role != "shopper", role == "admin")
