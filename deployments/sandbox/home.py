"""The sandbox's own pages: what it is, and whether it lives."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Response

from deployments.sandbox.merchants.shops import SHOPS
from deployments.sandbox.pages import page
from deployments.sandbox.stripe.cards import CARDS

router = APIRouter(tags=["operation"])


@router.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok", "service": "sandbox"}


@router.get("/", include_in_schema=False)
async def home() -> Response:
    rows = "".join(
        f"<tr><td><code>{_grouped(card.number)}</code></td><td>{escape(card.meaning)}</td></tr>"
        for card in CARDS
    )
    shops = " · ".join(
        f'<a href="/merchants/{escape(key)}">{escape(shop.name)}</a>' for key, shop in SHOPS.items()
    )
    body = (
        "<h1>Mercato sandbox</h1>"
        "<p>Stands in for the world outside the store while you try it: a payment provider that "
        "speaks Stripe's API, an e-mail inbox, and other merchants whose prices are compared. "
        "No money moves and no mail leaves this machine.</p>"
        f'<p><a href="/inbox">Inbox</a> · Demo merchants: {shops}</p>'
        "<h2>Test cards</h2><p>Any future date and any security code.</p>"
        f"<table><tr><th>Number</th><th>What happens</th></tr>{rows}</table>"
    )
    return page("Mercato sandbox", body, home=False)


def _grouped(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
