"""Keeps sign-ins: trades refresh tokens once, however many tabs hold the same one.

A refresh token is good for one use and its reuse ends the sign-in. Tabs of one browser share a
token, so each trade is made once, and a tab that still shows an old token gets what it was
traded for.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from deployments.auth.contract import Account, Tokens

_CAPACITY = 20_000
# A traded token is remembered long enough for every tab to hear of its successor.
_REMEMBER_SECONDS = 3600.0
_RENEW_BEFORE_SECONDS = 45.0


@dataclass(frozen=True)
class SignIn:
    """A sign-in as of now: a usable access token, and the refresh token to keep."""

    access_token: str
    refresh_token: str
    account: Account
    expires_at: float


class SessionKeeper:
    """Args: ``refresh`` trades a refresh token at the auth service; ``clock`` in seconds."""

    def __init__(
        self,
        refresh: Callable[[str], Awaitable[Tokens]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh = refresh
        self._clock = clock
        self._current: OrderedDict[str, SignIn] = OrderedDict()
        self._traded: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._pending: dict[str, asyncio.Task[SignIn]] = {}

    def remember(self, tokens: Tokens) -> SignIn:
        """Take the tokens of a new sign-in."""
        sign_in = SignIn(
            tokens.access_token,
            tokens.refresh_token,
            tokens.account,
            self._clock() + tokens.expires_in,
        )
        self._current[sign_in.refresh_token] = sign_in
        while len(self._current) > _CAPACITY:
            self._current.popitem(last=False)
        return sign_in

    def forget(self, refresh_token: str) -> None:
        self._current.pop(self._latest(refresh_token), None)

    async def sign_in(self, refresh_token: str) -> SignIn:
        """The sign-in that ``refresh_token`` belongs to, renewed when it is about to expire.

        Raises:
            DomainError: auth refuses the token (401) or does not answer.
        """
        latest = self._latest(refresh_token)
        known = self._current.get(latest)
        if known and known.expires_at - self._clock() > _RENEW_BEFORE_SECONDS:
            return known
        task = self._pending.get(latest)
        if task is None:
            task = asyncio.create_task(self._trade(latest))
            self._pending[latest] = task
            task.add_done_callback(lambda _: self._pending.pop(latest, None))
        # A visitor who leaves must not cancel the trade the other tabs wait for.
        return await asyncio.shield(task)

    async def renew(self, refresh_token: str, refused: str) -> SignIn:
        """The sign-in with another access token than ``refused``, which a service did not take.

        Raises:
            DomainError: as ``sign_in``: the account was changed, and this sign-in has ended.
        """
        latest = self._latest(refresh_token)
        known = self._current.get(latest)
        if known and known.access_token == refused:
            del self._current[latest]
        return await self.sign_in(refresh_token)

    def update(self, refresh_token: str, account: Account) -> None:
        """The account has another name, address or state now."""
        latest = self._latest(refresh_token)
        if known := self._current.get(latest):
            self._current[latest] = replace(known, account=account)

    async def _trade(self, refresh_token: str) -> SignIn:
        tokens = await self._refresh(refresh_token)
        self._current.pop(refresh_token, None)
        self._traded[refresh_token] = (tokens.refresh_token, self._clock())
        while len(self._traded) > _CAPACITY:
            self._traded.popitem(last=False)
        return self.remember(tokens)

    def _latest(self, refresh_token: str) -> str:
        seen = {refresh_token}
        while traded := self._traded.get(refresh_token):
            successor, at = traded
            if self._clock() - at > _REMEMBER_SECONDS or successor in seen:
                break
            seen.add(successor)
            refresh_token = successor
        return refresh_token
