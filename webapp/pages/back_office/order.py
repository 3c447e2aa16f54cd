"""One order as merchants work on it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.back_office import desk_page, loading_rows
from webapp.components.controls import (
    alert,
    button_label,
    checkbox,
    day_and_clock,
    error_state,
    field,
    good_news,
    icon,
    link,
    stepper,
    tag,
)
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.order_status import order_step, parcel_view
from webapp.components.order_summary import order_line, totals
from webapp.desk_views import AlarmRow
from webapp.order_views import RefundRow
from webapp.pages.not_found import not_found_content
from webapp.scripts import open_dialog
from webapp.state.back_office.order import OrderDesk, RefundLine
from webapp.theme import (
    CHOICE_CARD,
    FIELD,
    FOCUS,
    LABEL,
    PANEL,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SUBHEADING,
    TEXT_LINK,
)

_CARD = f"{PANEL} p-6 sm:p-7"


def order() -> rx.Component:
    return desk_page(
        "/admin",
        rx.cond(OrderDesk.order.id != "", "Order " + OrderDesk.order.number, "Order"),
        rx.cond(
            OrderDesk.missing,
            not_found_content(),
            rx.cond(
                OrderDesk.loading,
                loading_rows(),
                rx.cond(
                    OrderDesk.order.id == "",
                    error_state(OrderDesk.error, OrderDesk.load),
                    _content(),
                ),
            ),
        ),
        aside=link("All orders", href="/admin", class_name=TEXT_LINK),
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            tag(OrderDesk.order.status_name, OrderDesk.tone),
            rx.el.span(OrderDesk.order.placed, " · ", OrderDesk.order.email),
            class_name="mt-4 flex flex-wrap items-center gap-3 text-muted",
            custom_attrs={"data-testid": "desk-status", "data-status": OrderDesk.order.status},
        ),
        rx.el.div(
            alert(OrderDesk.error),
            good_news(OrderDesk.done),
            rx.foreach(OrderDesk.alarms, _alarm),
            class_name="mt-6 space-y-3 empty:hidden",
        ),
        _actions(),
        rx.el.div(
            rx.el.div(
                _section(
                    OrderDesk.order.item_count,
                    rx.el.ul(
                        rx.foreach(OrderDesk.lines, order_line),
                        class_name="mt-4 divide-y divide-line",
                    ),
                    rx.el.div(
                        totals(OrderDesk.totals), class_name="mt-2 border-t border-line pt-5"
                    ),
                    rx.cond(
                        OrderDesk.coupon != "",
                        rx.el.p("Coupon ", OrderDesk.coupon, class_name="mt-3 text-sm text-muted"),
                    ),
                ),
                rx.cond(OrderDesk.refunds.length() > 0, _refunds()),
                class_name="space-y-6",
            ),
            rx.el.div(
                _section(
                    "Deliver to",
                    rx.el.address(
                        rx.foreach(
                            OrderDesk.order.address,
                            lambda line: rx.el.span(line, class_name="block"),
                        ),
                        class_name="mt-3 not-italic leading-relaxed text-ink-soft",
                    ),
                    rx.el.p(OrderDesk.delivery, class_name="mt-3 text-[15px] text-muted"),
                    rx.cond(OrderDesk.parcel.shipped_at != "", parcel_view(OrderDesk.parcel)),
                ),
                _section(
                    "History",
                    rx.el.ol(rx.foreach(OrderDesk.steps, order_step), class_name="mt-4"),
                ),
                class_name="space-y-6",
            ),
            class_name="mt-8 grid items-start gap-6 lg:grid-cols-[1.5fr_1fr]",
        ),
        _send_dialog(),
        _refund_dialog(),
    )


def _section(title: Any, *content: Any) -> rx.Component:
    return rx.el.section(rx.el.h2(title, class_name=SUBHEADING), *content, class_name=_CARD)


def _alarm(alarm: rx.Var[AlarmRow]) -> rx.Component:
    return rx.el.div(
        icon("triangle-alert", 20, "mt-0.5 shrink-0"),
        rx.el.p(alarm.detail, " ", rx.el.span(day_and_clock(alarm.at), class_name="opacity-75")),
        role="status",
        class_name="flex gap-3 rounded-2xl bg-clay-soft px-4 py-3.5 text-[15px] text-clay",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        rx.cond(
            OrderDesk.can_send,
            rx.el.button(
                icon("truck", 18),
                "Send the parcel",
                type="button",
                on_click=open_dialog("send"),
                class_name=PRIMARY_BUTTON,
            ),
        ),
        rx.cond(
            OrderDesk.can_deliver,
            rx.el.button(
                icon("package-check", 18),
                button_label("Mark as delivered", OrderDesk.busy == "deliver", "Saving…"),
                type="button",
                on_click=OrderDesk.deliver,
                disabled=OrderDesk.busy != "",
                class_name=PRIMARY_BUTTON,
            ),
        ),
        rx.cond(
            OrderDesk.refundable != "",
            rx.el.button(
                icon("undo-2", 18),
                "Refund",
                type="button",
                on_click=OrderDesk.open_refund,
                class_name=SECONDARY_BUTTON,
            ),
        ),
        class_name="mt-6 flex flex-wrap gap-3 empty:hidden",
    )


def _refunds() -> rx.Component:
    def row(refund: rx.Var[RefundRow]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.p(refund.reason, class_name="font-medium break-words"),
                rx.el.p(
                    day_and_clock(refund.at),
                    rx.cond(refund.what != "", " · " + refund.what, ""),
                    class_name="text-sm text-muted",
                ),
                rx.el.p(refund.note, class_name="text-sm text-muted empty:hidden"),
                class_name="min-w-0 flex-1",
            ),
            tag(refund.state, refund.tone),
            rx.el.p(refund.amount, class_name="font-semibold tabular-nums"),
            class_name="flex flex-wrap items-start gap-x-4 gap-y-1 py-3.5",
            custom_attrs={"data-testid": "desk-refund"},
        )

    return _section(
        "Refunds",
        rx.el.ul(
            rx.foreach(OrderDesk.refunds, row), class_name="mt-2 divide-y divide-line text-[15px]"
        ),
    )


def _send_dialog() -> rx.Component:
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


def _refund_dialog() -> rx.Component:
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
