"""The address book."""

from __future__ import annotations

import reflex as rx

from webapp.address_views import AddressCard
from webapp.components.account_shell import account_page
from webapp.components.address_fields import address_fields
from webapp.components.controls import alert, empty_state, icon, skeleton
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import checkbox
from webapp.state.addresses import AddressBook
from webapp.theme import PANEL, PRIMARY_BUTTON, SECONDARY_BUTTON, SMALL_BUTTON, TAG


def addresses() -> rx.Component:
    return account_page(
        "/account/addresses",
        "Your addresses",
        rx.el.div(alert(AddressBook.error), class_name="mt-6 empty:hidden"),
        rx.cond(
            AddressBook.loading,
            rx.el.div(
                skeleton("h-48 rounded-3xl"),
                skeleton("h-48 rounded-3xl"),
                role="status",
                class_name="mt-8 grid gap-5 sm:grid-cols-2",
            ),
            rx.cond(
                AddressBook.addresses.length() > 0,
                rx.el.ul(
                    rx.foreach(AddressBook.addresses, _card),
                    class_name="mt-8 grid gap-5 sm:grid-cols-2",
                ),
                empty_state(
                    "map-pin-house",
                    "No addresses yet",
                    "Save one here, and the checkout knows it.",
                    rx.el.button(
                        "Add an address",
                        type="button",
                        on_click=AddressBook.edit(""),
                        class_name=PRIMARY_BUTTON,
                    ),
                ),
            ),
        ),
        _dialog(),
        aside=rx.cond(
            AddressBook.addresses.length() > 0,
            rx.el.button(
                icon("plus", 18),
                "Add an address",
                type="button",
                on_click=AddressBook.edit(""),
                class_name=SECONDARY_BUTTON,
            ),
        ),
    )


def _card(address: rx.Var[AddressCard]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(address.name, class_name="font-semibold"),
            rx.cond(address.is_default, rx.el.span("Default", class_name=TAG)),
            class_name="flex items-start justify-between gap-3",
        ),
        rx.el.address(
            rx.foreach(address.lines, lambda line: rx.el.span(line, class_name="block")),
            class_name="mt-2 flex-1 not-italic leading-relaxed text-ink-soft",
        ),
        rx.el.div(
            rx.el.button(
                "Change",
                type="button",
                on_click=AddressBook.edit(address.id),
                aria_label="Change the address of " + address.name,
                class_name=SMALL_BUTTON,
            ),
            rx.el.button(
                "Remove",
                type="button",
                on_click=AddressBook.remove(address.id),
                disabled=AddressBook.busy,
                aria_label="Remove the address of " + address.name,
                class_name=SMALL_BUTTON,
            ),
            class_name="mt-5 flex gap-2",
        ),
        class_name=f"{PANEL} flex flex-col p-6",
        custom_attrs={"data-testid": "address"},
    )


def _dialog() -> rx.Component:
    return dialog(
        "address",
        rx.cond(AddressBook.edited.id != "", "Change the address", "A new address"),
        rx.el.form(
            alert(AddressBook.form_error),
            address_fields(
                wrong=AddressBook.wrong,
                countries=AddressBook.countries,
                country=AddressBook.edited.country,
                values=AddressBook.edited,
            ),
            rx.cond(
                AddressBook.edited.is_default,
                rx.fragment(),
                checkbox("is_default", "Offer this address first"),
            ),
            dialog_buttons("Save the address", AddressBook.busy, "Saving…"),
            on_submit=AddressBook.save,
            no_validate=True,
            key=AddressBook.opened.to_string(),
            class_name="space-y-5",
        ),
        wide=True,
    )
