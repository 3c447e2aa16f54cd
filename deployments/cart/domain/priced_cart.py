"""A cart seen against the offers of this moment: live prices, stock and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deployments.cart.domain.cart import Cart, CartItem
from deployments.cart.domain.coupon import EnteredCoupon, spread
from deployments.cart.domain.offer import Offer, Offers
from deployments.shared.money import Money


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Prices come with ``price_changed``, ``available`` with ``insufficient_stock``."""

    code: Literal["gone", "insufficient_stock", "price_changed"]
    detail: str
    old_price: Money | None = None
    new_price: Money | None = None
    available: int | None = None


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
    coupon: EnteredCoupon | None = None

    @property
    def subtotal(self) -> Money:
        return Money(sum(self._amounts), self.currency)

    @property
    def discount(self) -> Money:
        """What the coupon takes off the goods."""
        coupon = self.coupon.valid if self.coupon else None
        taken = coupon.discount_on(self.subtotal.amount) if coupon else 0
        return Money(taken, self.currency)

    @property
    def ships_free(self) -> bool:
        return self.coupon is not None and self.coupon.ships_free

    @property
    def line_discounts(self) -> list[Money]:
        """Each line's part of the discount, in the order of the lines."""
        parts = spread(self.discount.amount, self._amounts)
        return [Money(part, self.currency) for part in parts]

    @property
    def _amounts(self) -> list[int]:
        # A line remembered in a currency that the store has given up can't be bought.
        return [
            line.line_total.amount if line.line_total.currency == self.currency else 0
            for line in self.lines
        ]

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
        lines = [_priced(item, offers.get(item.variant_id), currency) for item in cart.items]
    return PricedCart(cart, tuple(lines), currency)


def _priced(item: CartItem, offer: Offer | None, currency: str) -> PricedLine:
    if offer is None or not offer.is_sold_in(currency):
        gone = LineProblem("gone", f"{item.title} is not sold any more; remove it")
        return PricedLine(item, None, 0, (gone,))
    problems = []
    if offer.available < item.quantity:
        problems.append(
            LineProblem(
                "insufficient_stock",
                stock_detail(item.title, offer.available),
                available=offer.available,
            )
        )
    if offer.price != item.unit_price:
        problems.append(
            LineProblem(
                "price_changed",
                f"{item.title} cost {item.unit_price} when you chose it and now costs "
                f"{offer.price}; accept the new price or remove it",
                old_price=item.unit_price,
                new_price=offer.price,
            )
        )
    return PricedLine(item, offer, offer.available, tuple(problems))


def stock_detail(title: str, available: int) -> str:
    if available <= 0:
        return f"{title} is sold out; remove it"
    return f"only {available} of {title} left; lower the quantity"
