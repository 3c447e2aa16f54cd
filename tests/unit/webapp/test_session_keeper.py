from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from deployments.auth.contract import Account, Tokens
from deployments.shared.errors import Unauthenticated
from deployments.shared.ids import new_id
from webapp.session_keeper import SessionKeeper

ACCOUNT = Account(
    id=new_id(), email="a@example.com", name="Ada", roles=[], created_at=datetime.now(UTC)
)


class Auth:
    """Refuses a refresh token that was used, as the real one does."""

    def __init__(self) -> None:
        self.used: list[str] = []

    async def refresh(self, token: str) -> Tokens:
        await asyncio.sleep(0)
        if token in self.used:
            raise Unauthenticated("invalid_refresh_token", "sign in again")
        self.used.append(token)
        return self.tokens(len(self.used))

    def tokens(self, number: int) -> Tokens:
        return Tokens(
            access_token=f"access-{number}",
            expires_in=900,
            refresh_token=f"refresh-{number}",
            account=ACCOUNT,
        )


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def auth() -> Auth:
    return Auth()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(auth: Auth, clock: Clock) -> SessionKeeper:
    return SessionKeeper(auth.refresh, clock)


async def test_an_access_token_is_used_until_shortly_before_it_ends(
    keeper: SessionKeeper, auth: Auth, clock: Clock
) -> None:
    keeper.remember(auth.tokens(0))
    clock.now = 850
    assert (await keeper.sign_in("refresh-0")).access_token == "access-0"
    clock.now = 870
    renewed = await keeper.sign_in("refresh-0")
    assert (renewed.access_token, renewed.refresh_token) == ("access-1", "refresh-1")


async def test_tabs_that_renew_at_once_use_the_refresh_token_once(
    keeper: SessionKeeper, auth: Auth
) -> None:
    tabs = await asyncio.gather(*(keeper.sign_in("stored") for _ in range(10)))
    assert auth.used == ["stored"]
    assert {tab.access_token for tab in tabs} == {"access-1"}


async def test_a_tab_with_an_old_refresh_token_gets_the_sign_in_of_the_others(
    keeper: SessionKeeper, auth: Auth, clock: Clock
) -> None:
    await keeper.sign_in("stored")
    clock.now = 1000
    await keeper.sign_in("refresh-1")
    late = await keeper.sign_in("stored")
    assert late.refresh_token == "refresh-2"
    assert auth.used == ["stored", "refresh-1"]


async def test_a_refused_token_is_refused_each_time(keeper: SessionKeeper, auth: Auth) -> None:
    auth.used.append("stolen")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await keeper.sign_in("stolen")


async def test_a_visitor_who_leaves_does_not_cancel_the_renewal_of_another(
    keeper: SessionKeeper, auth: Auth
) -> None:
    leaving = asyncio.create_task(keeper.sign_in("stored"))
    staying = asyncio.create_task(keeper.sign_in("stored"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).access_token == "access-1"


async def test_after_signing_out_the_access_token_is_forgotten(
    keeper: SessionKeeper, auth: Auth
) -> None:
    keeper.remember(auth.tokens(0))
    auth.used.append("refresh-0")
    keeper.forget("refresh-0")
    with pytest.raises(Unauthenticated):
        await keeper.sign_in("refresh-0")
