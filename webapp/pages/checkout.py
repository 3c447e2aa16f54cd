"""Address and delivery, then payment."""

from __future__ import annotations

import reflex as rx

from webapp.components.checkout_shell import loading, shell, summary
from webapp.components.controls import (
    alert,
    button_label,
    field,
    icon,
    link,
)
from webapp.components.layout import page
from webapp.formats import country_name
from webapp.order_views import Delivery
from webapp.settings import settings
from webapp.state.basket import Basket
from webapp.state.checkout import Checkout
from webapp.theme import (
    FIELD,
    FOCUS,
    LABEL,
    PRIMARY_BUTTON,
    SUBHEADING,
)


def checkout() -> rx.Component:
    return page(
        shell(
            "Where should it go?",
            1,
            rx.cond(Checkout.loading, loading(), _address_form()),
            summary(Basket.lines, Checkout.totals, Basket.subtotal),
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
            rx.el.div(
                field(
                    "name",
                    "Full name",
                    wrong=wrong,
                    class_name="sm:col-span-6",
                    type="text",
                    auto_complete="shipping name",
                    default_value=Checkout.recipient,
                    max_length=120,
                ),
                field(
                    "line1",
                    "Street and number",
                    wrong=wrong,
                    class_name="sm:col-span-6",
                    type="text",
                    auto_complete="shipping address-line1",
                    max_length=200,
                ),
                field(
                    "line2",
                    "Apartment, floor, company",
                    optional=True,
                    wrong=wrong,
                    class_name="sm:col-span-6",
                    type="text",
                    auto_complete="shipping address-line2",
                    max_length=200,
                ),
                field(
                    "postal_code",
                    "Postal code",
                    wrong=wrong,
                    class_name="sm:col-span-2",
                    type="text",
                    auto_complete="shipping postal-code",
                    max_length=20,
                ),
                field(
                    "city",
                    "Town or city",
                    wrong=wrong,
                    class_name="sm:col-span-4",
                    type="text",
                    auto_complete="shipping address-level2",
                    max_length=120,
                ),
                rx.el.div(
                    rx.el.label("Country", html_for="country", class_name=LABEL),
                    rx.el.div(
                        rx.el.select(
                            *(
                                rx.el.option(country_name(code), value=code)
                                for code in settings().country_codes
                            ),
                            id="country",
                            name="country",
                            value=Checkout.country,
                            on_change=Checkout.set_country,
                            auto_complete="shipping country",
                            class_name=f"{FIELD} appearance-none pr-11 cursor-pointer",
                        ),
                        icon(
                            "chevron-down",
                            18,
                            "pointer-events-none absolute right-4 top-1/2 -translate-y-1/2",
                        ),
                        class_name="relative",
                    ),
                    class_name="sm:col-span-6",
                ),
                class_name="mt-4 grid gap-4 sm:grid-cols-6",
            ),
        ),
        _delivery(),
        rx.el.div(
            rx.el.button(
                button_label("Continue to payment", Checkout.busy, "Reserving your items…"),
                type="submit",
                disabled=Checkout.busy | Checkout.quoting | (Checkout.method == ""),
                class_name=f"{PRIMARY_BUTTON} w-full sm:w-auto sm:min-w-64",
            ),
            rx.el.p(
                "Your items are set aside for you while you pay.",
                class_name="mt-4 text-sm text-muted",
            ),
        ),
        on_submit=Checkout.place,
        no_validate=True,
        class_name="space-y-9",
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
            class_name="flex cursor-pointer items-center gap-4 rounded-2xl border border-edge/50 "
            "bg-white px-4 py-4 transition-colors hover:border-ink has-checked:border-pine "
            "has-checked:bg-pine-soft has-checked:ring-1 has-checked:ring-pine",
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
