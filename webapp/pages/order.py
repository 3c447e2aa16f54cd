"""One order: confirmation and status."""

from __future__ import annotations

import reflex as rx

from webapp.cart_views import Line
from webapp.components.controls import (
    alert,
    clock,
    day_and_clock,
    error_state,
    icon,
    link,
    skeleton,
    spinner,
)
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.layout import page
from webapp.components.order_status import order_step, parcel_view
from webapp.components.order_summary import order_line, totals
from webapp.order_views import RefundRow
from webapp.pages.not_found import not_found_content
from webapp.scripts import open_dialog
from webapp.state.order import OrderPage
from webapp.theme import (
    FOCUS,
    NARROW_PAGE,
    PANEL,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SUBHEADING,
    TEXT_LINK,
    TITLE,
)

_QUIET = (
    "px-3 py-3 text-[15px] text-muted underline underline-offset-4 cursor-pointer hover:text-ink "
    f"rounded-sm {FOCUS}"
)
_MARK = "mb-6 flex size-16 items-center justify-center rounded-full"


def order() -> rx.Component:
    return page(
        rx.cond(
            OrderPage.missing,
            not_found_content(),
            rx.el.div(
                rx.cond(
                    OrderPage.loading,
                    rx.el.div(
                        skeleton("h-12 w-2/3 rounded-full"),
                        skeleton("h-64 rounded-3xl"),
                        role="status",
                        class_name="space-y-8",
                    ),
                    rx.cond(
                        (OrderPage.error != "") & (OrderPage.order.id == ""),
                        error_state(OrderPage.error, OrderPage.load),
                        _content(),
                    ),
                ),
                class_name=f"{NARROW_PAGE} py-10 sm:py-16",
            ),
        )
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.cond(
                OrderPage.order.is_paid,
                _paid(),
                rx.cond(
                    OrderPage.order.awaits_payment,
                    rx.cond(OrderPage.payment_open, _unpaid(), _confirming()),
                    _other(),
                ),
            ),
            custom_attrs={"data-testid": "order-status", "data-status": OrderPage.order.status},
            aria_live="polite",
        ),
        rx.el.div(alert(OrderPage.error), class_name="mt-6 empty:hidden"),
        rx.el.div(
            rx.el.section(
                rx.el.h2("Status", class_name=SUBHEADING),
                rx.el.ol(rx.foreach(OrderPage.steps, order_step), class_name="mt-5"),
                class_name=f"{PANEL} p-6 sm:p-8",
            ),
            rx.el.section(
                rx.el.h2(OrderPage.order.item_count, class_name=SUBHEADING),
                rx.el.ul(
                    rx.foreach(OrderPage.lines, _line), class_name="mt-5 divide-y divide-line"
                ),
                rx.el.div(
                    totals(OrderPage.totals),
                    rx.cond(OrderPage.refunds.length() > 0, _refunds()),
                    class_name="mt-2 border-t border-line pt-5",
                ),
                class_name=f"{PANEL} p-6 sm:p-8 md:row-span-2",
            ),
            rx.el.section(
                rx.el.h2("Delivery", class_name=SUBHEADING),
                rx.el.address(
                    rx.foreach(
                        OrderPage.order.address, lambda line: rx.el.span(line, class_name="block")
                    ),
                    class_name="mt-4 not-italic leading-relaxed text-ink-soft",
                ),
                rx.el.p(OrderPage.delivery, class_name="mt-4 text-[15px] text-muted"),
                rx.cond(OrderPage.parcel.shipped_at != "", parcel_view(OrderPage.parcel)),
                class_name=f"{PANEL} p-6 sm:p-8",
            ),
            class_name="mt-10 grid items-start gap-6 md:grid-cols-2",
        ),
        rx.el.div(
            link("Continue shopping", href="/products", class_name=SECONDARY_BUTTON),
            link("All your orders", href="/account/orders", class_name=SECONDARY_BUTTON),
            rx.cond(
                OrderPage.order.cancellable & ~OrderPage.order.awaits_payment,
                rx.el.button(
                    "Cancel this order",
                    type="button",
                    on_click=open_dialog("cancel-order"),
                    disabled=OrderPage.cancelling,
                    class_name=_QUIET,
                ),
            ),
            class_name="mt-10 flex flex-wrap items-center gap-3",
        ),
        _cancel_dialog(),
    )


def _cancel_dialog() -> rx.Component:
    return dialog(
        "cancel-order",
        "Cancel this order?",
        rx.el.form(
            rx.el.p(
                rx.cond(
                    OrderPage.order.is_paid,
                    "What you paid goes back to your card. That takes a few days, depending on "
                    "your bank.",
                    "Your items go back on the shelf. Nothing is charged.",
                ),
                class_name="text-ink-soft",
            ),
            dialog_buttons("Yes, cancel it", OrderPage.cancelling, "Cancelling…", danger=True),
            on_submit=OrderPage.cancel,
            class_name="space-y-5",
        ),
    )


def _line(line: rx.Var[Line]) -> rx.Component:
    review = rx.cond(
        OrderPage.order.is_paid,
        link(
            "Write a review",
            href=line.href + "?review=1",
            aria_label="Write a review of " + line.title,
            class_name=f"text-sm {TEXT_LINK}",
        ),
    )
    return order_line(line, extra=review)


def _refunds() -> rx.Component:
    def refund(item: rx.Var[RefundRow]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.p(
                    rx.cond(item.tone == "wait", "Refund on its way", "Refunded"),
                    class_name="font-medium",
                ),
                rx.el.p(
                    day_and_clock(item.at),
                    rx.cond(item.what != "", " · " + item.what, ""),
                    class_name="text-sm text-muted",
                ),
                class_name="min-w-0",
            ),
            rx.el.p(
                "−",
                item.amount,
                class_name="whitespace-nowrap font-semibold tabular-nums text-pine",
            ),
            class_name="flex justify-between gap-4 text-[15px]",
            custom_attrs={"data-testid": "refund"},
        )

    return rx.el.div(
        rx.el.h3("Refunds", class_name="text-sm font-semibold"),
        rx.el.ul(rx.foreach(OrderPage.refunds, refund), class_name="mt-3 space-y-3"),
        class_name="mt-6 border-t border-line pt-5",
    )


def _number() -> rx.Component:
    return rx.el.p(
        "Order ",
        rx.el.span(OrderPage.order.number, custom_attrs={"data-testid": "order-number"}),
        " · ",
        OrderPage.order.placed,
        class_name="text-[15px] text-muted",
    )


def _paid() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.match(
                OrderPage.order.status,
                ("fulfilled", icon("truck", 30)),
                ("completed", icon("package-check", 30)),
                icon("check", 30),
            ),
            class_name=f"{_MARK} bg-pine text-white",
        ),
        _number(),
        rx.el.h1(
            rx.match(
                OrderPage.order.status,
                ("fulfilled", "It is on its way"),
                ("completed", "It has arrived"),
                "Thank you. It is paid.",
            ),
            class_name=f"{TITLE} mt-1",
        ),
        rx.el.p(
            rx.match(
                OrderPage.order.status,
                ("fulfilled", "Follow the parcel with the number below."),
                ("completed", "We hope you like it. Other customers are glad to hear how it is."),
                "We are getting it ready. You find it at any time under your orders.",
            ),
            class_name="mt-3 text-ink-soft",
        ),
    )


def _confirming() -> rx.Component:
    return rx.fragment(
        rx.el.div(spinner("size-8"), class_name=f"{_MARK} bg-pine-soft text-pine"),
        _number(),
        rx.el.h1("Confirming your payment…", class_name=f"{TITLE} mt-1"),
        rx.el.p(
            "This takes a moment. The page changes by itself as soon as it is through.",
            class_name="mt-3 text-ink-soft",
        ),
    )


def _unpaid() -> rx.Component:
    return rx.fragment(
        rx.el.div(icon("credit-card", 30), class_name=f"{_MARK} bg-honey-soft text-honey"),
        _number(),
        rx.el.h1("This order is not paid yet", class_name=f"{TITLE} mt-1"),
        rx.cond(
            OrderPage.payment_note != "",
            rx.el.p(OrderPage.payment_note, class_name="mt-3 text-clay"),
        ),
        rx.cond(
            OrderPage.order.reserved_until != "",
            rx.el.p(
                "Your items are reserved until ",
                clock(OrderPage.order.reserved_until),
                ".",
                class_name="mt-3 text-ink-soft",
            ),
        ),
        rx.el.div(
            link(
                "Pay now",
                href="/checkout/pay/" + OrderPage.order.id,
                class_name=PRIMARY_BUTTON,
            ),
            rx.el.button(
                "Cancel this order",
                type="button",
                on_click=open_dialog("cancel-order"),
                disabled=OrderPage.cancelling,
                class_name=_QUIET,
            ),
            class_name="mt-7 flex flex-wrap items-center gap-4",
        ),
    )


def _other() -> rx.Component:
    return rx.fragment(
        rx.el.div(icon("package-x", 30), class_name=f"{_MARK} bg-sand text-ink-soft"),
        _number(),
        rx.el.h1(OrderPage.order.status_name, class_name=f"{TITLE} mt-1"),
        rx.el.p(
            rx.match(
                OrderPage.order.status,
                ("cancelled", "This order was cancelled. Nothing was charged."),
                ("cancelling", "This order is being cancelled."),
                ("rejected", "Something in it was no longer available. Nothing was charged."),
                ("refunded", "The money is on its way back to your card."),
                ("refunding", "We are returning the money to your card."),
                "",
            ),
            class_name="mt-3 text-ink-soft",
        ),
    )
