"""Tax by country of delivery, in basis points of the price: a table and two roundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Standard VAT rates of the EU's members; the shop's prices contain it.
EU_VAT: Final[Mapping[str, int]] = {
    "AT": 2000,
    "BE": 2100,
    "BG": 2000,
    "CY": 1900,
    "CZ": 2100,
    "DE": 1900,
    "DK": 2500,
    "EE": 2400,
    "ES": 2100,
    "FI": 2550,
    "FR": 2000,
    "GR": 2400,
    "HR": 2500,
    "HU": 2700,
    "IE": 2300,
    "IT": 2200,
    "LT": 2100,
    "LU": 1700,
    "LV": 2100,
    "MT": 1800,
    "NL": 2100,
    "PL": 2300,
    "PT": 2300,
    "RO": 2100,
    "SE": 2500,
    "SI": 2200,
    "SK": 2300,
}
# Collected on top of the price; elsewhere the recipient pays import taxes themselves.
ADDED: Final[Mapping[str, int]] = {"CH": 810, "GB": 2000, "LI": 810, "NO": 2500}


@dataclass(frozen=True, slots=True)
class Tax:
    """Minor units: ``added`` to the price, ``included`` in the total."""

    added: int
    included: int


def tax_on(net_or_gross: int, country: str) -> Tax:
    """Tax of ``net_or_gross`` minor units (goods, shipping, less discount), halves rounded up."""
    if rate := EU_VAT.get(country):
        return Tax(0, _rounded(net_or_gross * rate, 10_000 + rate))
    added = _rounded(net_or_gross * ADDED.get(country, 0), 10_000)
    return Tax(added, added)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
