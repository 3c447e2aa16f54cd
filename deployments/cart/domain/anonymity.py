"""What an order keeps of a customer whose account was erased: the country, for the books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ERASED_EMAIL: Final = "erased@mercato.invalid"


def anonymous_address(address: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": "Erased",
        "line1": "Erased",
        "line2": "",
        "city": "Erased",
        "postal_code": "-",
        "region": "",
        "country": address["country"],
    }
