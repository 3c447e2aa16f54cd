"""Sending the parcel of an order, and giving money back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import alert, stepper
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import checkbox, field
from webapp.state.back_office.order import OrderDesk, RefundLine
from webapp.theme import CHOICE_CARD, FIELD, FOCUS, LABEL


def send_dialog() -> rx.Component:
    return dialog(
        "send",
        "Send the parcel",
        rx.el.form(
            alert(OrderDesk.form_error),
            field("carrier", "Carrier", type="text", placeholder="DHL", max_length=80),
            field("tracking_number", "Tracking number", type="text", max_length=100),
            field(
                "tracking_url",
                "Tracking link",
                optional=True,
                type="url",
                placeholder="https://",
                hint="The customer follows it from the order and from the mail.",
                max_length=500,
            ),
            dialog_buttons("It is on its way", OrderDesk.busy == "send", "Saving…"),
            on_submit=OrderDesk.send,
            no_validate=True,
            class_name="space-y-5",
        ),
    )


def refund_dialog() -> rx.Component:
    def mode(value: str, title: str, text: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name="mode",
                value=value,
                checked=OrderDesk.mode == value,
                on_change=OrderDesk.set_mode(value),
                class_name=f"size-5 shrink-0 accent-pine {FOCUS}",
            ),
            rx.el.span(
                rx.el.span(title, class_name="block font-semibold"),
                rx.el.span(text, class_name="block text-sm text-muted"),
            ),
            class_name=f"{CHOICE_CARD} !py-3",
        )

    return dialog(
        "refund",
        "Refund",
        rx.el.form(
            alert(OrderDesk.form_error),
            rx.el.fieldset(
                rx.el.legend("What comes back?", class_name="sr-only"),
                mode("full", "Everything that is left", OrderDesk.refundable),
                mode("lines", "Some of the items", "By quantity, and the delivery"),
                mode("amount", "An amount", "For example for a scratch"),
                class_name="space-y-2.5",
            ),
            rx.match(
                OrderDesk.mode,
                ("lines", _refund_lines()),
                ("amount", _refund_amount()),
                rx.fragment(),
            ),
            rx.cond(
                OrderDesk.mode != "amount",
                checkbox(
                    "restock",
                    "Put the items back into stock",
                    checked=OrderDesk.restock,
                    on_change=OrderDesk.toggle_restock(),
                ),
            ),
            field(
                "reason",
                "Reason",
                type="text",
                placeholder="Returned unopened",
                hint="The customer can read it.",
                max_length=200,
            ),
            rx.el.p(
                rx.el.span("Goes back to the customer", class_name="text-muted"),
                rx.el.span(
                    OrderDesk.refund_sum,
                    class_name="text-xl font-semibold tabular-nums",
                    custom_attrs={"data-testid": "refund-sum"},
                ),
                class_name="flex items-baseline justify-between border-t border-line pt-4",
                aria_live="polite",
            ),
            dialog_buttons("Refund", OrderDesk.busy == "refund", "Refunding…"),
            on_submit=OrderDesk.refund,
            no_validate=True,
            class_name="space-y-5",
        ),
        wide=True,
    )


def _refund_lines() -> rx.Component:
    def row(line: rx.Var[RefundLine]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.p(line.title, class_name="font-medium leading-snug"),
                rx.el.p(
                    rx.cond(line.options != "", line.options + " · ", ""),
                    line.left,
                    " left to refund",
                    class_name="text-sm text-muted",
                ),
                class_name="min-w-0 flex-1",
            ),
            stepper(
                "Refund of " + line.title,
                line.quantity,
                OrderDesk.step(line.id, -1),
                OrderDesk.step(line.id, 1),
                fewest=line.quantity <= 0,
                most=line.quantity >= line.left,
            ),
            class_name="flex items-center gap-4 py-3 text-[15px]",
        )

    return rx.el.div(
        rx.el.ul(rx.foreach(OrderDesk.refund_lines, row), class_name="divide-y divide-line"),
        rx.cond(
            OrderDesk.shipping != "",
            rx.el.div(
                checkbox(
                    "with_shipping",
                    rx.fragment("Also the delivery, ", OrderDesk.shipping),
                    checked=OrderDesk.with_shipping,
                    on_change=OrderDesk.toggle_shipping(),
                ),
                class_name="border-t border-line pt-4",
            ),
        ),
    )


def _refund_amount() -> rx.Component:
    return rx.el.div(
        rx.el.label("Amount", html_for="amount", class_name=LABEL),
        rx.el.input(
            id="amount",
            name="amount",
            type="text",
            input_mode="decimal",
            placeholder="0.00",
            default_value=OrderDesk.amount,
            on_change=OrderDesk.set_amount.debounce(150),
            max_length=12,
            class_name=f"{FIELD} tabular-nums",
        ),
        rx.el.p("At most ", OrderDesk.refundable, ".", class_name="mt-1.5 text-sm text-muted"),
    )
