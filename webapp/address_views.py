"""Saved addresses as the pages show them, and what is typed into the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deployments.auth.contract import SavedAddress

REQUIRED = {
    "name": "Enter the name of who receives the parcel.",
    "line1": "Enter street and number.",
    "postal_code": "Enter the postal code.",
    "city": "Enter the town or city.",
}
_LONGEST = {
    "name": 120,
    "line1": 200,
    "line2": 200,
    "city": 120,
    "postal_code": 20,
    "region": 120,
}


@dataclass
class AddressCard:
    """``lines`` as on a parcel; the rest is for the form."""

    id: str = ""
    name: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    is_default: bool = False
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, address: SavedAddress, countries: Mapping[str, str]) -> AddressCard:
        town = f"{address.postal_code} {address.city}"
        country = countries.get(address.country, address.country)
        lines = [address.line1, address.line2, town, address.region, country]
        return cls(
            id=str(address.id),
            name=address.name,
            line1=address.line1,
            line2=address.line2,
            postal_code=address.postal_code,
            city=address.city,
            region=address.region,
            country=address.country,
            is_default=address.is_default,
            lines=[line for line in lines if line],
        )

    def fields(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in _LONGEST}


def check_address(fields: Mapping[str, str]) -> tuple[str, str]:
    """The first field that is wrong and what to do about it; two empty texts when none is."""
    for name, text in REQUIRED.items():
        if not fields.get(name):
            return name, text
    for name, most in _LONGEST.items():
        if len(fields.get(name, "")) > most:
            return name, f"Shorten this to {most} characters."
    return "", ""


def typed(form: Mapping[str, object]) -> dict[str, str]:
    """The texts of a form, with single spaces."""
    return {name: " ".join(str(value).split()) for name, value in form.items()}
