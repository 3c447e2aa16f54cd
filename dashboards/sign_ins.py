"""Who is signed in. Tokens stay in this process; the browser holds an opaque key.

Tabs of one browser share a sign-in, so that a refresh token, good for one use, is never used
twice (which would end the sign-in).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dashboards.api import Api, Refused, ServiceDown
from deployments.auth.contract import Account, Tokens
from deployments.shared.tokens import ADMIN, ANALYST, MERCHANT

ALLOWED_ROLES = (ANALYST, MERCHANT, ADMIN)
KEEP_SECONDS = 7 * 24 * 3600
_RENEW_BEFORE_SECONDS = 60


class WrongRole(Exception):
    """The account may not see the dashboards."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.email)
        self.account = account


@dataclass
class _SignIn:
    tokens: Tokens
    expires_at: float
    used_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class SignIns:
    """Args: now: seconds since the epoch, for tests."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._open: dict[str, _SignIn] = {}
        self._lock = threading.Lock()

    def sign_in(self, api: Api, email: str, password: str) -> str:
        """The key of a new sign-in.

        Raises:
            WrongRole: the account is a shopper's; its sign-in is ended again.
            Refused: wrong e-mail or password, or too many attempts.
            ServiceDown: auth does not answer.
        """
        answer = api.call("auth", "POST", "/login", json={"email": email, "password": password})
        tokens = Tokens.model_validate(answer)
        if not set(tokens.account.roles) & set(ALLOWED_ROLES):
            self._end_remotely(api, tokens.refresh_token)
            raise WrongRole(tokens.account)
        key = secrets.token_urlsafe(32)
        now = self._now()
        with self._lock:
            self._forget_old(now)
            self._open[key] = _SignIn(tokens, now + tokens.expires_in, now)
        return key

    def account(self, key: str) -> Account | None:
        found = self._open.get(key)
        return found.tokens.account if found else None

    def access_token(self, api: Api, key: str) -> str | None:
        """A token that is good for a minute at least; None when the sign-in has ended."""
        found = self._open.get(key)
        if found is None:
            return None
        with found.lock:
            found.used_at = self._now()
            if found.used_at < found.expires_at - _RENEW_BEFORE_SECONDS:
                return found.tokens.access_token
            try:
                answer = api.call(
                    "auth",
                    "POST",
                    "/refresh",
                    json={"refresh_token": found.tokens.refresh_token},
                )
            except Refused:
                self._open.pop(key, None)
                return None
            except ServiceDown:
                # The old token may still have its last minute.
                if found.used_at < found.expires_at:
                    return found.tokens.access_token
                raise
            found.tokens = Tokens.model_validate(answer)
            found.expires_at = self._now() + found.tokens.expires_in
            if not set(found.tokens.account.roles) & set(ALLOWED_ROLES):
                self.sign_out(api, key)
                return None
            return found.tokens.access_token

    def sign_out(self, api: Api, key: str) -> None:
        found = self._open.pop(key, None)
        if found is not None:
            self._end_remotely(api, found.tokens.refresh_token)

    def forget(self, key: str) -> None:
        """End a sign-in that a service refuses."""
        self._open.pop(key, None)

    def _end_remotely(self, api: Api, refresh_token: str) -> None:
        try:
            api.call("auth", "POST", "/logout", json={"refresh_token": refresh_token})
        except (Refused, ServiceDown):
            # Here it has ended in any case, and the token itself expires.
            return

    def _forget_old(self, now: float) -> None:
        old = [key for key, found in self._open.items() if now - found.used_at > KEEP_SECONDS]
        for key in old:
            del self._open[key]
