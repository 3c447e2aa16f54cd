"""Where the shop ships to and what that costs: a table, in minor units of the store currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from deployments.cart.domain.tax import EU_VAT
from deployments.shared.errors import Invalid

Zone = Literal["home", "eu", "europe", "world"]

HOME: Final = frozenset({"DE"})
EU: Final = frozenset(EU_VAT) - HOME
EUROPE: Final = frozenset({"CH", "GB", "IS", "LI", "NO"})
WORLD: Final = frozenset({"AE", "AU", "BR", "CA", "HK", "IL", "JP", "KR", "MX", "NZ", "SG", "US"})
_ZONES: Final[Mapping[Zone, frozenset[str]]] = {
    "home": HOME,
    "eu": EU,
    "europe": EUROPE,
    "world": WORLD,
}


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """``prices`` by zone; a zone that is missing is not served."""

    code: str
    name: str
    description: Mapping[Zone, str]
    prices: Mapping[Zone, int]
    free_in: frozenset[Zone] = frozenset()

    @property
    def is_standard(self) -> bool:
        return self.code == "standard"


METHODS: Final = (
    ShippingMethod(
        "standard",
        "Standard",
        {
            "home": "2–3 working days",
            "eu": "4–6 working days",
            "europe": "5–8 working days",
            "world": "8–14 working days",
        },
        {"home": 490, "eu": 990, "europe": 1490, "world": 2490},
        free_in=frozenset({"home", "eu"}),
    ),
    ShippingMethod(
        "express",
        "Express",
        {
            "home": "next working day",
            "eu": "1–2 working days",
            "europe": "2–3 working days",
            "world": "3–5 working days",
        },
        {"home": 1190, "eu": 1990, "europe": 2990, "world": 4990},
    ),
    ShippingMethod("pickup", "Pick up in store", {"home": "ready within two hours"}, {"home": 0}),
)


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """A method as offered to one country for one cart; ``price`` in minor units.

    ``saved`` is what a free-shipping coupon takes off and ``price`` is without already.
    """

    code: str
    name: str
    description: str
    price: int
    saved: int = 0


def zone_of(country: str) -> Zone:
    """Raises ``Invalid`` ``country_not_served``."""
    for zone, countries in _ZONES.items():
        if country in countries:
            return zone
    raise Invalid("country_not_served", f"we do not ship to {country}; choose another country")


def shipping_options(
    country: str, subtotal: int, free_from: int, *, coupon: bool = False
) -> list[ShippingOption]:
    """The methods for ``country``; standard is free in the EU from a ``subtotal`` (before any
    discount) of ``free_from`` on, and everywhere with a free-shipping ``coupon``."""
    zone = zone_of(country)
    options = []
    for method in METHODS:
        price = method.prices.get(zone)
        if price is None:
            continue
        if zone in method.free_in and subtotal >= free_from:
            price = 0
        saved = price if coupon and method.is_standard else 0
        options.append(
            ShippingOption(method.code, method.name, method.description[zone], price - saved, saved)
        )
    return options


def shipping_option(
    code: str, country: str, subtotal: int, free_from: int, *, coupon: bool = False
) -> ShippingOption:
    """Raises ``Invalid`` ``unknown_shipping_method`` when ``country`` has no such method."""
    options = shipping_options(country, subtotal, free_from, coupon=coupon)
    for option in options:
        if option.code == code:
            return option
    known = ", ".join(option.code for option in options)
    raise Invalid("unknown_shipping_method", f"to {country} we ship by {known}")
