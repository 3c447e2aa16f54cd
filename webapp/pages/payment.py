"""Paying an order by card."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.checkout_shell import loading, shell, summary
from webapp.components.controls import (
    alert,
    button_label,
    clock,
    error_state,
    icon,
    notice,
)
from webapp.components.layout import page
from webapp.pages.not_found import not_found_content
from webapp.state.payment import Payment
from webapp.theme import (
    FIELD,
    FOCUS,
    LABEL,
    PANEL,
    PRIMARY_BUTTON,
)

_TEST_CARDS = (
    ("4242 4242 4242 4242", "is accepted"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0025 0000 3155", "asks to authenticate"),
)


def payment() -> rx.Component:
    return page(
        rx.cond(
            Payment.missing,
            not_found_content(),
            shell(
                "How would you like to pay?",
                2,
                rx.cond(
                    Payment.loading,
                    rx.cond(
                        Payment.error == "",
                        loading(),
                        error_state(Payment.error, Payment.load),
                    ),
                    _card_form(),
                ),
                summary(Payment.lines, Payment.totals),
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
