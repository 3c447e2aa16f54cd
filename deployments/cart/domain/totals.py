"""What an order costs (invariant I6): total = subtotal + shipping + tax − discount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deployments.cart.domain.coupon import Coupon
from deployments.cart.domain.tax import tax_on
from deployments.shared.errors import Conflict
from deployments.shared.money import Money

# What the payment provider takes in one charge, in minor units.
MIN_TOTAL: Final = 50
MAX_TOTAL: Final = 99_999_999


@dataclass(frozen=True, slots=True)
class Totals:
    """``tax`` is added on top; ``included_tax`` is contained in the total, for information."""

    subtotal: Money
    shipping: Money
    tax: Money
    discount: Money
    included_tax: Money

    @property
    def total(self) -> Money:
        return self.subtotal + self.shipping + self.tax - self.discount


@dataclass(frozen=True, slots=True)
class Bill:
    """``coupon`` is the one that takes something off; one that does not is not used up."""

    totals: Totals
    coupon: Coupon | None


def totals_of(subtotal: Money, shipping: int, country: str, discount: int = 0) -> Totals:
    """``shipping`` and ``discount`` in minor units of the subtotal's currency."""
    currency = subtotal.currency
    tax = tax_on(subtotal.amount + shipping - discount, country)
    return Totals(
        subtotal,
        Money(shipping, currency),
        Money(tax.added, currency),
        Money(discount, currency),
        Money(tax.included, currency),
    )


def check_payable(totals: Totals) -> None:
    """Raises ``Conflict`` when no card payment can be made of the total. Nothing is payable too:
    such an order needs no payment."""
    amount, currency = totals.total.amount, totals.total.currency
    if 0 < amount < MIN_TOTAL:
        raise Conflict(
            "total_too_small",
            f"a card can't be charged {Money(amount, currency)}: orders start at "
            f"{Money(MIN_TOTAL, currency)} unless they are free; add something",
        )
    if amount > MAX_TOTAL:
        raise Conflict(
            "total_too_large", f"one order is at most {Money(MAX_TOTAL, currency)}; split it"
        )
