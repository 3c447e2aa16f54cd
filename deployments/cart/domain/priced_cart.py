"""A cart seen against the offers of this moment: live prices, stock and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deployments.cart.domain.cart import Cart, CartItem
from deployments.cart.domain.offer import Offer, Offers
from deployments.shared.money import Money, total


@dataclass(frozen=True, slots=True)
class LineProblem:
    code: Literal["gone", "insufficient_stock", "price_changed"]
    detail: str


@dataclass(frozen=True, slots=True)
class PricedLine:
    """``offer`` is what is sold now; None when it is gone or products did not answer.

    ``available`` is None when products did not answer: no stock facts rather than wrong ones.
    """

    item: CartItem
    offer: Offer | None
    available: int | None
    problems: tuple[LineProblem, ...] = ()

    @property
    def unit_price(self) -> Money:
        return self.offer.price if self.offer else self.item.unit_price

    @property
    def line_total(self) -> Money:
        return self.unit_price * self.item.quantity


@dataclass(frozen=True, slots=True)
class PricedCart:
    cart: Cart
    lines: tuple[PricedLine, ...]
    currency: str

    @property
    def subtotal(self) -> Money:
        return total([line.line_total for line in self.lines], self.currency)

    @property
    def item_count(self) -> int:
        return sum(line.item.quantity for line in self.lines)

    @property
    def faulty_lines(self) -> tuple[PricedLine, ...]:
        return tuple(line for line in self.lines if line.problems)


def price_cart(cart: Cart, offers: Offers | None, currency: str) -> PricedCart:
    """``offers`` of the cart's variants; None when products did not answer."""
    if offers is None:
        lines = [PricedLine(item, None, None) for item in cart.items]
    else:
        lines = [_priced(item, offers.get(item.variant_id)) for item in cart.items]
    return PricedCart(cart, tuple(lines), currency)


def _priced(item: CartItem, offer: Offer | None) -> PricedLine:
    if offer is None or not offer.published:
        gone = LineProblem("gone", f"{item.title} is not sold any more; remove it")
        return PricedLine(item, None, 0, (gone,))
    problems = []
    if offer.available < item.quantity:
        problems.append(
            LineProblem("insufficient_stock", stock_detail(item.title, offer.available))
        )
    if offer.price != item.unit_price:
        problems.append(
            LineProblem(
                "price_changed",
                f"{item.title} cost {item.unit_price} when you chose it and now costs "
                f"{offer.price}; set the quantity again to accept",
            )
        )
    return PricedLine(item, offer, offer.available, tuple(problems))


def stock_detail(title: str, available: int) -> str:
    if available <= 0:
        return f"{title} is sold out; remove it"
    return f"only {available} of {title} left; lower the quantity"
