"""One order as merchants work on it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.back_office import desk_page, loading_rows
from webapp.components.controls import (
    alert,
    button_label,
    day_and_clock,
    error_state,
    good_news,
    icon,
    link,
    tag,
)
from webapp.components.order_status import order_step, parcel_view
from webapp.components.order_summary import order_line, totals
from webapp.desk_views import AlarmRow
from webapp.order_views import RefundRow
from webapp.pages.back_office.order_dialogs import refund_dialog, send_dialog
from webapp.pages.not_found import not_found_content
from webapp.scripts import open_dialog
from webapp.state.back_office.order import OrderDesk
from webapp.theme import (
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
        send_dialog(),
        refund_dialog(),
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
