"""Address and delivery, then payment."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.address_views import AddressCard
from webapp.cart_views import Delivery
from webapp.components.address_fields import address_fields
from webapp.components.checkout_shell import loading, shell, summary
from webapp.components.controls import alert, button_label, link
from webapp.components.coupon_box import coupon_box
from webapp.components.forms import checkbox, field
from webapp.components.layout import page
from webapp.state.basket import Basket
from webapp.state.checkout import Checkout
from webapp.theme import (
    CHOICE_CARD,
    FOCUS,
    PRIMARY_BUTTON,
    SUBHEADING,
)


def checkout() -> rx.Component:
    return page(
        shell(
            "Where should it go?",
            1,
            rx.cond(Checkout.loading, loading(), _address_form()),
            summary(
                Basket.lines,
                Checkout.totals,
                Basket.subtotal,
                coupon_box(Checkout.apply_coupon, Checkout.remove_coupon),
            ),
        ),
        bare=True,
    )


def _address_form() -> rx.Component:
    wrong = Checkout.wrong
    return rx.el.form(
        alert(
            Checkout.error,
            rx.cond(
                Checkout.cart_problem,
                link("Look at your cart", href="/cart", class_name="font-semibold underline"),
            ),
        ),
        rx.el.fieldset(
            rx.el.legend("Contact", class_name=SUBHEADING),
            field(
                "email",
                "E-mail",
                wrong=wrong,
                class_name="mt-4",
                type="email",
                auto_complete="email",
                default_value=Checkout.email,
                max_length=254,
            ),
        ),
        rx.el.fieldset(
            rx.el.legend("Delivery address", class_name=SUBHEADING),
            rx.cond(Checkout.saved.length() > 0, _saved_addresses()),
            rx.cond(
                Checkout.chosen == "",
                rx.el.div(
                    address_fields(
                        wrong=wrong,
                        countries=Checkout.countries,
                        country=Checkout.country,
                        on_country=Checkout.set_country,
                        recipient=Checkout.recipient,
                    ),
                    checkbox("save_address", "Save this address for next time"),
                    class_name="mt-4 space-y-5",
                ),
            ),
        ),
        _delivery(),
        rx.el.div(
            rx.el.button(
                button_label(
                    rx.cond(Checkout.free, "Place the order", "Continue to payment"),
                    Checkout.busy,
                    "Reserving your items…",
                ),
                type="submit",
                disabled=Checkout.busy | Checkout.quoting | (Checkout.method == ""),
                class_name=f"{PRIMARY_BUTTON} w-full sm:w-auto sm:min-w-64",
            ),
            rx.el.p(
                rx.cond(
                    Checkout.free,
                    "There is nothing to pay: the order is complete right away.",
                    "Your items are set aside for you while you pay.",
                ),
                class_name="mt-4 text-sm text-muted",
            ),
        ),
        on_submit=Checkout.place,
        no_validate=True,
        class_name="space-y-9",
    )


def _saved_addresses() -> rx.Component:
    def saved(address: rx.Var[AddressCard]) -> rx.Component:
        return _address_choice(
            address.id,
            rx.el.span(address.name, class_name="block font-semibold"),
            rx.foreach(
                address.lines,
                lambda line: rx.el.span(
                    line,
                    class_name="text-sm text-muted after:content-[',_'] last:after:content-none",
                ),
            ),
        )

    return rx.el.div(
        rx.foreach(Checkout.saved, saved),
        _address_choice("", rx.el.span("Another address", class_name="font-semibold")),
        class_name="mt-4 space-y-3",
    )


def _address_choice(address_id: Any, *content: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="saved_address",
            value=address_id,
            checked=Checkout.chosen == address_id,
            on_change=Checkout.choose_address(address_id),
            class_name=f"size-5 shrink-0 accent-pine {FOCUS}",
        ),
        rx.el.span(*content, class_name="min-w-0 flex-1"),
        class_name=CHOICE_CARD,
    )


def _delivery() -> rx.Component:
    def method(item: rx.Var[Delivery]) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name="delivery",
                value=item.code,
                default_checked=Checkout.method == item.code,
                on_change=Checkout.set_method(item.code),
                class_name=f"size-5 accent-pine {FOCUS}",
            ),
            rx.el.span(
                rx.el.span(item.name, class_name="block font-semibold"),
                rx.el.span(item.description, class_name="block text-sm text-muted"),
                class_name="flex-1",
            ),
            rx.el.span(item.price, class_name="font-semibold tabular-nums"),
            class_name=CHOICE_CARD,
        )

    return rx.el.fieldset(
        rx.el.legend("Delivery", class_name=SUBHEADING),
        rx.cond(
            Checkout.methods.length() > 0,
            # Another country brings its own methods, and with them its own choice.
            rx.el.div(
                rx.foreach(Checkout.methods, method),
                key=Checkout.country,
                class_name="mt-4 space-y-3",
            ),
            rx.el.p(
                "We cannot deliver to this country at the moment.",
                class_name="mt-4 text-muted",
            ),
        ),
    )
