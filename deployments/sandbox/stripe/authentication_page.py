"""The 3-D Secure page: what a shopper's bank would show."""

from __future__ import annotations

import sqlite3
from html import escape
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from deployments.sandbox.database import transaction
from deployments.sandbox.pages import page
from deployments.sandbox.stripe.payment_intents import PaymentIntents
from deployments.sandbox.stripe.store import Record
from deployments.shared.money import Money

router = APIRouter(prefix="/3ds", tags=["3-D Secure"])


def _intents(request: Request) -> PaymentIntents:
    intents: PaymentIntents = request.app.state.stripe.intents
    return intents


def _return_address(intent: Record) -> str | None:
    """Where the shopper goes next, with the outcome in the query as Stripe puts it."""
    url = intent.private.get("return_url")
    if url is None:
        return None
    parts = urlsplit(url)
    outcome = "succeeded" if intent.body["status"] == "succeeded" else "failed"
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("payment_intent", intent.id),
        ("payment_intent_client_secret", intent.body["client_secret"]),
        ("redirect_status", outcome),
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _unknown() -> Response:
    body = '<div class="card"><h1>No such payment</h1><p>Go back to the store and try again.</p>'
    return page("No such payment", body + "</div>", narrow=True, home=False, status=404)


@router.get("/{identity}")
async def ask(identity: str, request: Request) -> Response:
    """Ask the shopper to approve the payment."""
    intent = _intents(request).find(identity)
    if intent is None:
        return _unknown()
    money = Money(intent.body["amount"], intent.body["currency"].upper())
    if intent.body["status"] != "requires_action":
        back = _return_address(intent)
        link = f'<p><a href="{escape(back)}">Back to the store</a></p>' if back else ""
        body = f'<div class="card"><h1>Nothing to approve</h1><p>This payment of \
{escape(str(money))} has been answered already.</p>{link}</div>'
        return page("Nothing to approve", body, narrow=True, home=False)
    what = escape(intent.body["description"] or "Online purchase")
    body = (
        '<div class="card"><p class="soft">Test bank · 3-D Secure</p>'
        f"<h1>Approve this payment?</h1><p>{what}</p>"
        f'<p class="amount">{escape(str(money))}</p>'
        f'<form method="post" action="/3ds/{escape(intent.id)}">'
        '<button name="outcome" value="approve">Approve</button>'
        '<button class="second" name="outcome" value="fail">Fail</button></form>'
        '<p class="soft">A page of Mercato\'s sandbox: no money moves.</p></div>'
    )
    return page("Approve this payment?", body, narrow=True, home=False)


@router.post("/{identity}")
async def answer(
    identity: str, request: Request, outcome: Annotated[Literal["approve", "fail"], Form()]
) -> Response:
    """Take the shopper's answer and send them back to the store."""
    intents = _intents(request)
    database: sqlite3.Connection = request.app.state.database
    with transaction(database):
        intent = intents.find(identity)
        if intent is not None:
            intents.authenticate(intent, approved=outcome == "approve")
    if intent is None:
        return _unknown()
    if (back := _return_address(intent)) is not None:
        return RedirectResponse(back, status_code=303)
    body = '<div class="card"><h1>Thank you</h1><p>You can close this page.</p></div>'
    return page("Thank you", body, narrow=True, home=False)
