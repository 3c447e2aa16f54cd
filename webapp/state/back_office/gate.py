"""Who may enter the back office."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of
from webapp.formats import problem_text
from webapp.scripts import close_dialogs
from webapp.session import Session, visitor_of
from webapp.state.guard import refusal, sign_in_first


class Gate(rx.State):
    """``refused``: whoever is signed in lacks the role for this page."""

    refused: bool = False


async def staff(page: rx.State, *, admin: bool = False) -> tuple[Visitor | None, Any]:
    """The merchant (or admin) to call services for; else None and where to go.

    Raises:
        DomainError: auth does not answer.
    """
    session = await page.get_state(Session)
    gate = await page.get_state(Gate)
    visitor = await visitor_of(session)
    gate.refused = False
    if visitor.access_token is None:
        url = page.router.url
        return None, sign_in_first(url.path + (f"?{url.query}" if url.query else ""))
    if not (session.is_admin if admin else session.is_merchant):
        gate.refused = True
        return None, None
    return visitor, None


async def turned_away(page: rx.State, error: DomainError) -> tuple[str, Any]:
    """What to show when a service refused, and where to go; a role may be lost meanwhile."""
    if error.code == "wrong_role":
        (await page.get_state(Gate)).refused = True
        return problem_text(error), None
    return await refusal(page, error)


async def attempt(
    page: Any,
    work: Callable[[], Awaitable[None]],
    *,
    in_dialog: bool = False,
    admin: bool = False,
) -> AsyncIterator[Any]:
    """Do ``work`` on behalf of who is signed in, one thing at a time.

    ``page`` has ``busy``, ``error`` and ``form_error``; what was begun in a dialog closes it, or
    says in it what is wrong.
    """
    if page.busy:
        return
    page.busy = True
    page.error = page.form_error = ""
    yield
    try:
        visitor, leave = await staff(page, admin=admin)
        yield leave
        if visitor:
            with on_behalf_of(visitor):
                await work()
            if in_dialog:
                yield close_dialogs()
    except DomainError as error:
        text, leave = await turned_away(page, error)
        page.form_error, page.error = (text, "") if in_dialog else ("", text)
        yield leave
    page.busy = False
