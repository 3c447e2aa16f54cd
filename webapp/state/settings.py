"""What people change about their own account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.scripts import close_dialogs, focus, reset_form
from webapp.session import Session, begin, end, update
from webapp.state.account import check_email, check_new_password
from webapp.state.basket import Basket, refresh
from webapp.state.guard import customer, refusal, sign_in_first
from webapp.state.mailed import look_again


class Settings(rx.State):
    """``busy`` and ``section`` name the form that is at work, or that ``error`` and ``done``
    belong to."""

    loading: bool = True
    busy: str = ""
    section: str = ""
    error: str = ""
    wrong: str = ""
    done: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.busy = self.section = self.error = self.wrong = self.done = ""
        yield close_dialogs()
        try:
            if await customer(self) is None:
                yield sign_in_first(self.router.url.path)
                return
            await look_again(await self.get_state(Session))
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.loading = False

    @rx.event
    async def save_name(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        name = " ".join(str(form.get("name", "")).split())

        async def save(_: Visitor) -> Any:
            update(await self.get_state(Session), await services().auth.change_profile(name))
            self.done = "Saved."

        checks = [("name", "" if name else "Tell us your name.")]
        async for event in self._change("name", checks, save):
            yield event

    @rx.event
    async def save_email(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        email, password = _text(form, "new_email"), str(form.get("email_password", ""))

        async def save(_: Visitor) -> Any:
            await services().auth.change_email(email, password)
            self.done = f"Almost done: follow the link in the mail we sent to {email}."
            return reset_form("email-form")

        checks = [("new_email", check_email(email)), ("email_password", _given(password))]
        async for event in self._change("email", checks, save):
            yield event

    @rx.event
    async def save_password(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        old, new = str(form.get("old_password", "")), str(form.get("new_password", ""))

        async def save(_: Visitor) -> Any:
            tokens = await services().auth.change_password(old, new)
            begin(await self.get_state(Session), tokens)
            self.done = "Your password is changed. Everywhere else you are signed out."
            return reset_form("password-form")

        checks = [("old_password", _given(old)), ("new_password", check_new_password(new))]
        async for event in self._change("password", checks, save):
            yield event

    @rx.event
    async def sign_out_everywhere(self) -> AsyncIterator[Any]:
        async def leave(_: Visitor) -> Any:
            await services().auth.logout_all()
            return await self._leave("You are signed out everywhere.")

        async for event in self._change("devices", [], leave):
            yield event

    @rx.event
    async def download(self) -> AsyncIterator[Any]:
        async def fetch(_: Visitor) -> Any:
            data = (await services().auth.export()).model_dump_json(indent=2)
            self.done = "Your download has begun."
            return rx.download(data=data, filename="my-data.json", mime_type="application/json")

        async for event in self._change("data", [], fetch):
            yield event

    @rx.event
    async def erase(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        password = str(form.get("erase_password", ""))

        async def leave(_: Visitor) -> Any:
            await services().auth.erase(password)
            return [close_dialogs(), await self._leave("Your account is deleted. Goodbye!")]

        async for event in self._change("erase", [("erase_password", _given(password))], leave):
            yield event

    async def _change(
        self, section: str, checks: list[tuple[str, str]], make: Any
    ) -> AsyncIterator[Any]:
        """Check, ask the service by ``make`` and show how it went beside the form."""
        if self.busy:
            return
        self.section, self.done = section, ""
        self.wrong, self.error = next(((n, text) for n, text in checks if text), ("", ""))
        if self.error:
            yield focus(self.wrong)
            return
        self.busy = section
        yield
        try:
            visitor = await customer(self)
            if visitor is None:
                yield sign_in_first(self.router.url.path)
            else:
                with on_behalf_of(visitor):
                    yield await make(visitor)
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.busy = ""

    async def _leave(self, farewell: str) -> Any:
        session = await self.get_state(Session)
        await end(session)
        session.farewell = farewell
        await refresh(await self.get_state(Basket))
        return rx.redirect("/sign-in", replace=True)


def _text(form: dict[str, Any], name: str) -> str:
    return str(form.get(name, "")).strip()


def _given(password: str) -> str:
    return "" if password else "Enter your password."
