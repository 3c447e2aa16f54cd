"""The three demo merchants: what each sells, how it writes and what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and typeface of the shop's pages."""

    accent: str
    ink: str
    paper: str
    font: str
    tagline: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant.

    Shares are probabilities per product or variant. ``level`` is its usual price against ours;
    ``units_per_euro`` turns our price into its currency. Shipping is minor units of its
    currency, free from ``free_from`` on. ``style`` is how it writes titles.
    """

    key: str
    name: str
    currency: str
    units_per_euro: float
    level: float
    assortment_share: float
    gtin_share: float
    part_share: float
    brand_share: float
    in_stock_share: float
    shipping: int
    free_from: int
    style: Literal["catalogue", "marketplace", "casual"]
    look: Look


NORTHLINE = Shop(
    key="northline",
    name="Northline Outfitters",
    currency="EUR",
    units_per_euro=1.0,
    level=1.01,
    assortment_share=0.6,
    gtin_share=0.85,
    part_share=0.7,
    brand_share=0.97,
    in_stock_share=0.92,
    shipping=490,
    free_from=5900,
    style="catalogue",
    look=Look("#1f5f5b", "#17211f", "#f4f7f6", "Inter, system-ui, sans-serif", "Gear that lasts"),
)
HARTLEY = Shop(
    key="hartley",
    name="Hartley & Vale",
    currency="GBP",
    units_per_euro=0.862,
    level=0.97,
    assortment_share=0.5,
    gtin_share=0.6,
    part_share=0.8,
    brand_share=0.9,
    in_stock_share=0.88,
    shipping=395,
    free_from=4500,
    style="marketplace",
    look=Look("#7a2e3a", "#231a1b", "#faf6f2", "Georgia, 'Times New Roman', serif", "Since 1921"),
)
CASABRIO = Shop(
    key="casabrio",
    name="Casa Brio",
    currency="EUR",
    units_per_euro=1.0,
    level=1.03,
    assortment_share=0.45,
    gtin_share=0.4,
    part_share=0.35,
    brand_share=0.85,
    in_stock_share=0.9,
    shipping=590,
    free_from=9900,
    style="casual",
    look=Look(
        "#c2552d", "#2a211c", "#fdf8f3", "'Avenir Next', 'Segoe UI', sans-serif", "Ciao, casa"
    ),
)
SHOPS = {shop.key: shop for shop in (NORTHLINE, HARTLEY, CASABRIO)}
