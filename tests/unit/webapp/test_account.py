"""Signing in and out, and staying signed in."""

from __future__ import annotations

import pytest

from webapp.session import Session, keeper, safe_next, visitor_of
from webapp.state.account import Account, Door, check
from webapp.state.shop import Shop

from .conftest import Browser, redirects, run
from .fake_world import PASSWORD, World


async def signed_in(browser: Browser) -> Session:
    browser.go("/sign-in")
    door = await browser.state(Door)
    await run(door.sign_in({"email": "shopper@example.com", "password": PASSWORD}))
    session: Session = await browser.state(Session)
    return session


async def test_a_wrong_password_is_explained_and_signs_nobody_in(browser: Browser) -> None:
    browser.go("/sign-in")
    door = await browser.state(Door)
    await run(door.sign_in({"email": "shopper@example.com", "password": "wrong"}))
    assert "do not match" in door.error
    assert not (await browser.state(Session)).signed_in
    assert not door.busy


async def test_registering_signs_in(browser: Browser, world: World) -> None:
    browser.go("/register")
    door = await browser.state(Door)
    form = {"name": " Grace  Hopper ", "email": "grace@example.com", "password": "long enough 1"}
    assert redirects(await run(door.register(form))) == ["/"]
    assert (await browser.state(Session)).first_name == "Grace"
    assert world.accounts["grace@example.com"][0].name == "Grace Hopper"


async def test_a_taken_address_leads_to_signing_in(browser: Browser) -> None:
    browser.go("/register")
    door = await browser.state(Door)
    form = {"name": "Ada", "email": "shopper@example.com", "password": "long enough 1"}
    await run(door.register(form))
    assert "Sign in instead" in door.error


@pytest.mark.parametrize(
    ("email", "password", "name", "wrong"),
    [
        ("ada@example.com", "long enough", "", "name"),
        ("ada@", "long enough", "Ada", "email"),
        ("ada@example.com", "short", "Ada", "password"),
        ("ada@example.com", "", None, "password"),
        ("ada@example.com", "short", None, ""),
    ],
)
def test_a_form_is_checked_field_by_field(
    email: str, password: str, name: str | None, wrong: str
) -> None:
    assert check(email, password, name)[0] == wrong


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/checkout", "/checkout"),
        ("/search?q=a&sort=newest", "/search?q=a&sort=newest"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_in_this_store(asked: str, target: str) -> None:
    assert safe_next(asked) == target


async def test_a_new_tab_is_signed_in_by_what_the_browser_kept(
    browser: Browser, world: World
) -> None:
    session = await signed_in(browser)
    keeper.cache_clear()  # the store was restarted meanwhile
    tab = Browser()
    other = await tab.state(Session)
    tab.go("/account")
    other.refresh_token = session.refresh_token
    visitor = await visitor_of(other)
    assert visitor.access_token
    assert other.name == "Ada Lovelace"
    assert other.refresh_token != session.refresh_token

    # The first tab still holds the traded token, and stays signed in.
    assert (await visitor_of(session)).access_token == visitor.access_token
    assert session.refresh_token == other.refresh_token


async def test_a_sign_in_that_has_ended_makes_a_guest(browser: Browser, world: World) -> None:
    session = await signed_in(browser)
    world.refresh.clear()
    keeper.cache_clear()
    assert (await visitor_of(session)).access_token is None
    assert not session.signed_in


async def test_an_auth_service_that_is_away_signs_nobody_out(
    browser: Browser, world: World
) -> None:
    session = await signed_in(browser)
    keeper.cache_clear()
    world.down = {"auth"}
    header = await browser.state(Shop)
    await run(header.arrive())
    assert session.signed_in


async def test_signing_out_ends_the_sign_in_at_the_service(browser: Browser, world: World) -> None:
    session = await signed_in(browser)
    token = session.refresh_token
    header = await browser.state(Shop)
    assert redirects(await run(header.sign_out())) == ["/"]
    assert not session.signed_in
    assert token not in world.refresh


async def test_the_account_is_behind_the_sign_in(browser: Browser) -> None:
    browser.go("/account/orders")
    page = await browser.state(Account)
    assert redirects(await run(page.load())) == ["/sign-in?next=/account/orders"]


async def test_tokens_never_reach_the_page(browser: Browser) -> None:
    session = await signed_in(browser)
    shown = str(session.dict())
    access = (await visitor_of(session)).access_token
    assert access
    assert access not in shown
