"""The fields of an address: at checkout and in the address book."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import Text
from webapp.components.forms import field, select
from webapp.state.countries import Country


def address_fields(
    *,
    wrong: Any,
    countries: Any,
    country: Any,
    on_country: Any = None,
    values: Any = None,
    recipient: Text = "",
    purpose: str = "shipping",
) -> rx.Component:
    """``values`` (an AddressCard) fills them in; without it ``recipient`` is the name."""

    def text(name: str, label: str, complete: str, most: int, width: str, **more: Any) -> Any:
        value = getattr(values, name) if values is not None else ""
        if values is None and name == "name":
            value = recipient
        return field(
            name,
            label,
            wrong=wrong,
            class_name=width,
            type="text",
            auto_complete=f"{purpose} {complete}",
            default_value=value,
            max_length=most,
            **more,
        )

    whole = "sm:col-span-6"
    chosen = {"default_value": country} if on_country is None else {"value": country}
    return rx.el.div(
        text("name", "Full name", "name", 120, whole),
        text("line1", "Street and number", "address-line1", 200, whole),
        text("line2", "Apartment, floor, company", "address-line2", 200, whole, optional=True),
        text("postal_code", "Postal code", "postal-code", 20, "sm:col-span-2"),
        text("city", "Town or city", "address-level2", 120, "sm:col-span-4"),
        text("region", "State or region", "address-level1", 120, whole, optional=True),
        select(
            "country",
            "Country",
            rx.foreach(countries, _country),
            class_name=whole,
            auto_complete=f"{purpose} country",
            **chosen,
            **({} if on_country is None else {"on_change": on_country}),
        ),
        class_name="grid gap-4 sm:grid-cols-6",
    )


def _country(country: rx.Var[Country]) -> rx.Component:
    return rx.el.option(country.name, value=country.code)
