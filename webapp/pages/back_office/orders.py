"""The merchants' list of orders."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import CELL, desk_list, desk_page, table
from webapp.components.controls import day_and_clock, empty_state, icon, link, tag
from webapp.components.forms import field
from webapp.desk_views import DeskOrder, Tab
from webapp.state.back_office.orders import OrdersDesk
from webapp.theme import FOCUS, SECONDARY_BUTTON, SMALL_BUTTON, TEXT_LINK


def orders() -> rx.Component:
    return desk_page(
        "/admin",
        "Orders",
        rx.el.nav(
            rx.el.ul(
                rx.foreach(OrdersDesk.tabs, _tab),
                class_name="no-scrollbar -mx-4 mt-6 flex gap-1 overflow-x-auto px-4 sm:mx-0 "
                "sm:flex-wrap sm:px-0",
            ),
            aria_label="States",
        ),
        _search(),
        desk_list(
            OrdersDesk,
            table(
                "Orders",
                ("Order", "Customer", "State", "Items", "Total", ""),
                rx.foreach(OrdersDesk.rows, _row),
            ),
            empty_state(
                "inbox",
                "No orders here",
                "None fits what you look for.",
                link("All orders", href="/admin", class_name=SECONDARY_BUTTON),
            ),
            error=OrdersDesk.error,
        ),
    )


def _tab(tab: rx.Var[Tab]) -> rx.Component:
    return rx.el.li(
        link(
            tab.label,
            rx.el.span(tab.count, class_name="ml-2 text-sm tabular-nums opacity-75"),
            href=tab.href,
            aria_current=rx.cond(tab.current, "page", "false"),
            class_name=rx.cond(
                tab.current,
                "bg-pine-soft font-semibold text-pine ",
                "text-ink-soft hover:bg-sand ",
            )
            + f"inline-flex h-10 items-center whitespace-nowrap rounded-full px-4 text-[15px] "
            f"{FOCUS}",
        )
    )


def _search() -> rx.Component:
    return rx.el.form(
        field(
            "number",
            "Number",
            type="text",
            placeholder="M-1000…",
            default_value=OrdersDesk.number,
            key="number-" + OrdersDesk.number,
            max_length=20,
        ),
        field(
            "email",
            "E-mail begins with",
            type="text",
            default_value=OrdersDesk.email,
            key="email-" + OrdersDesk.email,
            max_length=254,
        ),
        field(
            "from",
            "From",
            type="date",
            default_value=OrdersDesk.first_day,
            key="from-" + OrdersDesk.first_day,
        ),
        field(
            "to",
            "To",
            type="date",
            default_value=OrdersDesk.last_day,
            key="to-" + OrdersDesk.last_day,
        ),
        rx.el.button(
            icon("search", 16), "Search", type="submit", class_name=f"{SMALL_BUTTON} !h-12"
        ),
        on_submit=OrdersDesk.filter,
        aria_label="Search orders",
        role="search",
        class_name="mt-5 grid grid-cols-2 items-end gap-3 lg:grid-cols-[1fr_1.4fr_auto_auto_auto]",
    )


def _row(order: rx.Var[DeskOrder]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(order.number, href=order.href, class_name=f"font-semibold {TEXT_LINK}"),
            rx.el.span(
                day_and_clock(order.placed),
                class_name="block whitespace-nowrap text-sm font-normal text-muted",
            ),
            scope="row",
            class_name=f"{CELL} text-left",
        ),
        rx.el.td(
            rx.el.span(order.customer, class_name="block"),
            rx.el.span(order.email, " · ", order.country, class_name="text-sm text-muted"),
            class_name=CELL,
        ),
        rx.el.td(
            rx.el.span(
                tag(order.status, order.tone),
                rx.cond(
                    order.alarmed,
                    rx.el.span(
                        icon("triangle-alert", 18, "text-clay"),
                        rx.el.span("Needs a look", class_name="sr-only"),
                    ),
                ),
                class_name="flex items-center gap-2",
            ),
            class_name=CELL,
        ),
        rx.el.td(order.item_count, class_name=f"{CELL} whitespace-nowrap text-muted"),
        rx.el.td(
            rx.el.span(order.total, class_name="block font-semibold"),
            rx.el.span(order.refunded, class_name="text-sm text-clay empty:hidden"),
            class_name=f"{CELL} tabular-nums",
        ),
        rx.el.td(icon("chevron-right", 18, "text-edge"), class_name=f"{CELL} desk-decoration"),
        class_name="hover:bg-sand/50",
        custom_attrs={"data-testid": "desk-order"},
    )
