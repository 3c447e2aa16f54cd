"""What pages do when nobody is signed in, or not any more."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor
from webapp.formats import problem_text
from webapp.session import Session, visitor_of


def sign_in_first(target: str) -> Any:
    """Go to the sign-in page and afterwards to ``target``."""
    return rx.redirect("/sign-in?next=" + quote(target, safe="/"), replace=True)


async def customer(page: rx.State) -> Visitor | None:
    """The visitor, or None where nobody is signed in."""
    visitor = await visitor_of(await page.get_state(Session))
    return visitor if visitor.access_token else None


async def refusal(page: rx.State, error: DomainError) -> tuple[str, Any]:
    """What to show, and where to go: to the sign-in when the sign-in has ended meanwhile."""
    if error.status == 401:
        try:
            if await customer(page) is None:
                return "", sign_in_first(page.router.url.path)
        except DomainError as outage:
            return problem_text(outage), None
    return problem_text(error), None
