"""How popularity is measured."""

from __future__ import annotations

from typing import Final

VIEW_WEIGHT: Final = 1.0
CART_WEIGHT: Final = 3.0
PURCHASE_WEIGHT: Final = 10.0
# An event counts half after a week and not at all after three months.
HALF_LIFE_DAYS: Final = 7.0
WINDOW_DAYS: Final = 90

# Products are companions when at least so many orders hold both; an order of very many products
# (a reseller's) says nothing about which belong together.
MIN_ORDERS_TOGETHER: Final = 2
MAX_PRODUCTS_PER_ORDER: Final = 50
TOGETHER_WINDOW_DAYS: Final = 365
COMPANIONS_KEPT: Final = 20
