"""A product's price beside those of other shops."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.search.contract import PriceComparison
from webapp.formats import (
    count_of,
    day,
    money,
    ordinal,
)
from webapp.settings import settings


@dataclass
class OfferRow:
    """A row of the price comparison; ``ours`` marks the store's own."""

    merchant: str
    url: str
    price: str
    shipping: str
    total: str
    stock: str
    ours: bool = False


@dataclass
class Comparison:
    headline: str = ""
    note: str = ""
    rows: list[OfferRow] = field(default_factory=list)

    @classmethod
    def of(cls, prices: PriceComparison) -> Comparison:
        if not prices.offers:
            return cls()
        ours = (
            prices.our_price.amount,
            OfferRow(
                merchant=settings().shop_name,
                url="",
                price=money(prices.our_price),
                shipping="At checkout",
                total=money(prices.our_price),
                stock="",
                ours=True,
            ),
        )
        theirs = [
            (
                offer.total.amount,
                OfferRow(
                    merchant=offer.merchant,
                    url=offer.url if offer.url.startswith(("https://", "http://")) else "",
                    price=money(offer.price),
                    shipping=_shipping(offer.shipping.amount, money(offer.shipping))
                    if offer.shipping
                    else "Not stated",
                    total=money(offer.total),
                    stock="In stock" if offer.in_stock else "Out of stock",
                ),
            )
            for offer in prices.offers
        ]
        rows = [row for _, row in sorted([ours, *theirs], key=lambda pair: pair[0])]
        shops = len(prices.offers) + 1
        if prices.position is None:
            headline = f"Compared with {count_of(shops - 1, 'other shop')}"
        elif prices.position == 1:
            headline = f"Our price is the lowest of {count_of(shops, 'shop')}"
        else:
            headline = f"Our price is the {ordinal(prices.position)} lowest of {shops} shops"
        note = f"Checked on {day(prices.updated_at)}." if prices.updated_at else ""
        return cls(headline, note, rows)


def _shipping(amount: int, text: str) -> str:
    return text if amount else "Free"
