"""Domain objects for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from deployments.cart.domain.cart import Cart
from deployments.cart.domain.offer import Offer
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Placement
from deployments.cart.domain.priced_cart import price_cart
from deployments.cart.domain.totals import Bill, totals_of
from deployments.shared.ids import new_id
from deployments.shared.money import Money

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_offer(title: str = "Mug", price: int = 1290, available: int = 10, **changes: Any) -> Offer:
    facts: dict[str, Any] = {
        "variant_id": new_id(),
        "product_id": new_id(),
        "slug": title.lower(),
        "title": title,
        "sku": title.upper(),
        "options": {"Colour": "Navy"},
        "image_url": None,
        "price": Money(price, "EUR"),
        "available": available,
        "published": True,
    }
    return Offer(**facts | changes)


def a_cart(*offers: tuple[Offer, int]) -> Cart:
    cart = Cart(new_id(), user_id=new_id())
    for offer, quantity in offers:
        cart.add(offer, quantity)
    return cart


def an_order(*offers: tuple[Offer, int]) -> Order:
    bought = offers or ((an_offer(), 2),)
    cart = a_cart(*bought)
    assert cart.user_id is not None
    priced = price_cart(cart, {offer.variant_id: offer for offer, _ in bought}, "EUR")
    placement = Placement(
        cart.user_id, "ada@example.com", "standard", {"country": "DE"}, "key-12345", "hash"
    )
    return Order.place(
        "M-100042",
        placement,
        priced,
        Bill(totals_of(priced.subtotal, 490, "DE"), None),
        now=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )
