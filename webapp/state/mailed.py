"""Pages that a mail leads to or asks for: a forgotten password, a new one, a confirmed address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.scripts import close_dialogs, focus
from webapp.session import Session, update, visitor_of
from webapp.state.account import check_email, check_new_password

_LONGEST_TOKEN = 200
_BROKEN_LINK = "This link is not complete. Open it from the mail once more."


class Forgotten(rx.State):
    """Asks for a mail with a link to a new password."""

    busy: bool = False
    error: str = ""
    wrong: str = ""
    sent_to: str = ""

    @rx.event
    def load(self) -> Any:
        self.busy = False
        self.error = self.wrong = self.sent_to = ""
        return close_dialogs()

    @rx.event
    async def send(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        if self.busy:
            return
        email = str(form.get("email", "")).strip()
        self.error = check_email(email)
        self.wrong = "email" if self.error else ""
        if self.error:
            yield focus("email")
            return
        self.busy = True
        yield
        session = await self.get_state(Session)
        try:
            with on_behalf_of(_guest(session)):
                await services().auth.forgot_password(email)
            # The same whether there is such an account: nobody learns who shops here.
            self.sent_to = email
        except DomainError as error:
            self.error = problem_text(error)
        self.busy = False


class NewPassword(rx.State):
    """Sets the password with the link of a mail."""

    busy: bool = False
    error: str = ""
    wrong: str = ""
    done: bool = False
    expired: bool = False

    @rx.event
    def load(self) -> Any:
        self.busy = self.done = self.expired = False
        self.wrong = ""
        self.error = "" if _token(self) else _BROKEN_LINK
        self.expired = bool(self.error)
        return close_dialogs()

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        if self.busy:
            return
        password = str(form.get("password", ""))
        self.error = check_new_password(password)
        self.wrong = "password" if self.error else ""
        if self.error:
            yield focus("password")
            return
        self.busy = True
        yield
        session = await self.get_state(Session)
        try:
            with on_behalf_of(_guest(session)):
                await services().auth.reset_password(_token(self), password)
            self.done = True
        except DomainError as error:
            self.expired = error.code == "invalid_link"
            self.error = problem_text(error)
        self.busy = False


class Confirmation(rx.State):
    """Confirms an e-mail address with the link of a mail."""

    loading: bool = True
    email: str = ""
    error: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.loading = True
        self.email = self.error = ""
        yield close_dialogs()
        token = _token(self)
        if not token:
            self.error, self.loading = _BROKEN_LINK, False
            return
        session = await self.get_state(Session)
        try:
            # An address that replaces another is confirmed by its owner only.
            with on_behalf_of(await visitor_of(session)):
                self.email = (await services().auth.verify_email(token)).email
        except DomainError as error:
            self.error = problem_text(error)
        self.loading = False
        yield
        if self.email:
            await look_again(session)


async def look_again(session: Session) -> None:
    """Show the account of whoever is signed in as it is now."""
    try:
        visitor = await visitor_of(session)
        if visitor.access_token:
            with on_behalf_of(visitor):
                update(session, await services().auth.me())
    except DomainError:
        pass


def _guest(session: Session) -> Visitor:
    return Visitor(address=session.router.session.client_ip)


def _token(page: rx.State) -> str:
    return page.router.url.query_parameters.get("token", "")[:_LONGEST_TOKEN]
