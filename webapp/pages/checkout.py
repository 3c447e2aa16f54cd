"""Address and delivery, then payment."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import (
    alert,
    button_label,
    clock,
    error_state,
    field,
    icon,
    link,
    notice,
    skeleton,
)
from webapp.components.layout import page
from webapp.components.order_summary import order_line, totals
from webapp.formats import country_name
from webapp.pages.not_found import not_found_content
from webapp.settings import settings
from webapp.state.basket import Basket
from webapp.state.checkout import Checkout
from webapp.state.payment import Payment
from webapp.theme import (
    FIELD,
    FOCUS,
    LABEL,
    MIDDLE_PAGE,
    PANEL,
    PRIMARY_BUTTON,
    SUBHEADING,
    TITLE,
)
from webapp.views import Delivery

_TEST_CARDS = (
    ("4242 4242 4242 4242", "is accepted"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0025 0000 3155", "asks to authenticate"),
)


def _progress(current: int) -> rx.Component:
    def step(number: int, name: str) -> rx.Component:
        done, now = number < current, number == current
        ring = "bg-pine text-white" if done or now else "border border-edge/60 text-muted"
        text = "font-semibold text-ink" if now else "text-muted"
        return rx.el.li(
            rx.el.span(
                icon("check", 15) if done else str(number),
                class_name=f"flex size-7 items-center justify-center rounded-full text-sm "
                f"font-semibold {ring}",
            ),
            rx.el.span(name, class_name=text),
            aria_current="step" if now else "false",
            class_name="flex items-center gap-2.5 text-[15px]",
        )

    return rx.el.ol(
        step(1, "Address"),
        rx.el.li(class_name="h-px w-6 bg-edge/50 sm:w-10", custom_attrs={"aria-hidden": "true"}),
        step(2, "Payment"),
        class_name="mb-8 flex items-center gap-3",
    )


def _shell(title: str, step: int, left: rx.Component, right: rx.Component) -> rx.Component:
    return rx.el.div(
        _progress(step),
        rx.el.h1(title, class_name=TITLE),
        rx.el.div(
            left,
            right,
            class_name="mt-8 grid gap-8 lg:grid-cols-[1fr_25rem] lg:gap-14",
        ),
        class_name=f"{MIDDLE_PAGE} py-8 sm:py-12",
    )


def checkout() -> rx.Component:
    return page(
        _shell(
            "Where should it go?",
            1,
            rx.cond(Checkout.loading, _loading(), _address_form()),
            _summary(Basket.lines, Checkout.totals, Basket.subtotal),
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


def _summary(lines: Any, sums: Any, subtotal: Any = None) -> rx.Component:
    return rx.el.aside(
        rx.el.h2("Your order", class_name=SUBHEADING),
        rx.el.ul(rx.foreach(lines, order_line), class_name="mt-5 divide-y divide-line"),
        rx.el.div(
            rx.cond(
                sums.total != "",
                totals(sums),
                rx.el.p("Subtotal ", subtotal, class_name="text-muted")
                if subtotal is not None
                else None,
            ),
            class_name="mt-2 border-t border-line pt-5",
        ),
        aria_label="Your order",
        class_name=f"{PANEL} p-6 sm:p-7 lg:sticky lg:top-8 lg:self-start",
    )


def payment() -> rx.Component:
    return page(
        rx.cond(
            Payment.missing,
            not_found_content(),
            _shell(
                "How would you like to pay?",
                2,
                rx.cond(
                    Payment.loading,
                    rx.cond(
                        Payment.error == "",
                        _loading(),
                        error_state(Payment.error, Payment.load),
                    ),
                    _card_form(),
                ),
                _summary(Payment.lines, Payment.totals),
            ),
        ),
        bare=True,
        back=rx.cond(Payment.order.id != "", "/order/" + Payment.order.id, "/account/orders"),
        back_text="Your order",
    )


def _card_form() -> rx.Component:
    """The card's fields have no names: nothing of them is ever part of a form that is sent."""

    def card_field(kind: str, label: str, class_name: str = "", **props: Any) -> rx.Component:
        return rx.el.div(
            rx.el.label(label, html_for=f"card-{kind}", class_name=LABEL),
            rx.el.input(
                id=f"card-{kind}",
                type="text",
                class_name=f"{FIELD} tabular-nums",
                aria_invalid=rx.cond(Payment.wrong == kind, "true", "false"),
                custom_attrs={"data-card": kind},
                **props,
            ),
            class_name=class_name,
        )

    return rx.el.div(
        rx.cond(
            Payment.declined,
            rx.el.div(
                icon("credit-card", 22, "mt-0.5 shrink-0"),
                rx.el.div(
                    rx.el.p("The payment did not go through", class_name="font-semibold"),
                    rx.el.p(Payment.error, class_name="mt-0.5"),
                    rx.el.p(
                        "Nothing was charged. Your items stay reserved, so you can try another "
                        "card.",
                        class_name="mt-0.5",
                    ),
                ),
                role="alert",
                class_name="flex gap-3.5 rounded-2xl bg-clay-soft px-5 py-4 text-[15px] text-clay",
                custom_attrs={"data-testid": "payment-declined"},
            ),
            alert(Payment.error),
        ),
        rx.el.form(
            card_field(
                "number",
                "Card number",
                class_name="col-span-2",
                input_mode="numeric",
                auto_complete="cc-number",
                placeholder="1234 1234 1234 1234",
                max_length=23,
            ),
            card_field(
                "expiry",
                "Expiry date",
                input_mode="numeric",
                auto_complete="cc-exp",
                placeholder="MM / YY",
                max_length=7,
            ),
            card_field(
                "cvc",
                "Security code",
                input_mode="numeric",
                auto_complete="cc-csc",
                placeholder="CVC",
                max_length=4,
            ),
            card_field(
                "name",
                "Name on card",
                class_name="col-span-2",
                auto_complete="cc-name",
                max_length=120,
            ),
            rx.el.div(
                rx.el.button(
                    button_label(
                        rx.cond(Payment.declined, "Try again: pay ", "Pay ") + Payment.amount,
                        Payment.busy,
                        "Paying…",
                    ),
                    type="submit",
                    disabled=Payment.busy,
                    class_name=f"{PRIMARY_BUTTON} w-full",
                ),
                class_name="col-span-2 pt-2",
            ),
            on_submit=Payment.pay,
            no_validate=True,
            auto_complete="on",
            aria_label="Card",
            class_name=f"{PANEL} grid grid-cols-2 gap-4 p-5 sm:p-7",
        ),
        rx.el.p(
            icon("lock", 16, "shrink-0"),
            "Your card goes from this page straight to the payment provider. We never see it.",
            class_name="flex items-center gap-2.5 text-sm text-muted",
        ),
        rx.cond(
            Payment.order.reserved_until != "",
            notice(
                "Your items are reserved until " + clock(Payment.order.reserved_until) + ".",
                "clock",
            ),
        ),
        rx.cond(Payment.test_mode, _test_cards()),
        class_name="space-y-6",
    )


def _test_cards() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            "Test mode: which cards work?",
            class_name=f"cursor-pointer rounded-sm text-[15px] font-semibold {FOCUS}",
        ),
        rx.el.p(
            "No money moves in this store. Use one of these with any future date and any code.",
            class_name="mt-3 text-[15px] text-ink-soft",
        ),
        rx.el.ul(
            *(
                rx.el.li(
                    rx.el.code(number, class_name="font-mono text-[15px] tabular-nums"),
                    rx.el.span(effect, class_name="text-sm text-muted"),
                    class_name="flex flex-wrap items-baseline justify-between gap-x-4 py-2",
                )
                for number, effect in _TEST_CARDS
            ),
            class_name="mt-2 divide-y divide-line",
        ),
        open=True,
        class_name="rounded-2xl border border-dashed border-edge/60 px-5 py-4",
        custom_attrs={"data-testid": "test-cards"},
    )


def _loading() -> rx.Component:
    return rx.el.div(
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 w-1/2 rounded-xl"),
        rx.el.span("Loading", class_name="sr-only"),
        role="status",
        class_name="space-y-6",
    )
