"""Who is visiting: sign-in, guest cart and visit of one browser."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from uuid import UUID

import reflex as rx

from deployments.auth.contract import Account, Tokens
from deployments.shared.errors import DomainError
from deployments.shared.ids import new_id
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.session_keeper import SessionKeeper

_VISIT_SECONDS = 30 * 60
_ENDED = "You were signed out, because your account was changed or your last visit is long ago."
_LOCAL_PATH = re.compile(r"/(?![/\\])[\w\-./?=&%+]*")


@lru_cache(maxsize=1)
def keeper() -> SessionKeeper:
    return SessionKeeper(services().auth.refresh)


def safe_next(path: str) -> str:
    """``path`` when it stays in this store, else the home page."""
    return path if _LOCAL_PATH.fullmatch(path) else "/"


class Session(rx.State):
    """Kept by the browser: the refresh token and a guest's cart token (shared between tabs), and
    an anonymous visit id. Access tokens stay in the store's process (``SessionKeeper``)."""

    refresh_token: str = rx.LocalStorage("", name="mercato-session", sync=True)
    cart_token: str = rx.LocalStorage("", name="mercato-cart", sync=True)
    visit: str = rx.Cookie("", name="mercato-visit", max_age=_VISIT_SECONDS, same_site="lax")
    name: str = ""
    email: str = ""
    is_merchant: bool = False
    is_admin: bool = False
    unverified: bool = False
    farewell: str = ""

    @rx.var
    def signed_in(self) -> bool:
        return bool(self.refresh_token)

    @rx.var
    def first_name(self) -> str:
        return self.name.split(" ")[0] if self.refresh_token else ""


async def visitor_of(session: Session) -> Visitor:
    """The visitor to call services for; a sign-in that has ended makes a guest of them, who is
    told so.

    Raises:
        DomainError: auth does not answer, so that nobody can tell.
    """
    address = session.router.session.client_ip
    if not session.refresh_token:
        _show(session, None)
        return Visitor(None, session.cart_token or None, address)
    try:
        with on_behalf_of(Visitor(address=address)):
            sign_in = await keeper().sign_in(session.refresh_token)
    except DomainError as error:
        if error.status not in (401, 403, 404, 422):
            raise
        _forget(session)
        session.farewell = _ENDED
        return Visitor(None, session.cart_token or None, address)
    if session.refresh_token != sign_in.refresh_token:
        session.refresh_token = sign_in.refresh_token
    _show(session, sign_in.account)
    renew = partial(_renew, sign_in.refresh_token, address)
    return Visitor(sign_in.access_token, None, address, renew)


async def _renew(refresh_token: str, address: str, refused: str) -> str | None:
    try:
        with on_behalf_of(Visitor(address=address)):
            return (await keeper().renew(refresh_token, refused)).access_token
    except DomainError:
        return None


def begin(session: Session, tokens: Tokens) -> None:
    """Begin a sign-in."""
    sign_in = keeper().remember(tokens)
    session.refresh_token = sign_in.refresh_token
    session.farewell = ""
    _show(session, sign_in.account)


def update(session: Session, account: Account) -> None:
    """Show an account that was changed, here and in the other tabs."""
    keeper().update(session.refresh_token, account)
    _show(session, account)


def _show(session: Session, account: Account | None) -> None:
    roles = account.roles if account else []
    shown = {
        "name": account.name if account else "",
        "email": account.email if account else "",
        "is_merchant": bool({"merchant", "admin"} & set(roles)),
        "is_admin": "admin" in roles,
        "unverified": bool(account and not account.email_verified),
    }
    for name, value in shown.items():
        if getattr(session, name) != value:
            setattr(session, name, value)


async def end(session: Session) -> None:
    """Sign out here and at the auth service, as far as it answers."""
    token = session.refresh_token
    _forget(session)
    if not token:
        return
    try:
        with on_behalf_of(Visitor(address=session.router.session.client_ip)):
            sign_in = await keeper().sign_in(token)
            await services().auth.logout(sign_in.refresh_token)
    except DomainError:
        pass
    finally:
        keeper().forget(token)


def _forget(session: Session) -> None:
    session.refresh_token = ""
    _show(session, None)


def continue_visit(session: Session) -> UUID:
    """The id that ties this visit's events together; 30 minutes of rest end a visit."""
    try:
        visit = UUID(session.visit)
    except ValueError:
        visit = new_id()
    # Assigned anew, the cookie's time starts again.
    session.visit = str(visit)
    return visit
