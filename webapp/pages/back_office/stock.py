"""What runs low, and corrections of what is on the shelves."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import CELL, desk_list, desk_page, table
from webapp.components.controls import alert, day_and_clock, empty_state, icon, link
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import field
from webapp.desk_views import MovementRow, StockRow
from webapp.state.back_office.stock import StockDesk
from webapp.theme import SMALL_BUTTON, TEXT_LINK


def stock() -> rx.Component:
    return desk_page(
        "/admin/stock",
        "Running low",
        desk_list(
            StockDesk,
            table(
                "Running low",
                ("Product", "Item no.", "Free", "On hand", "Reserved", "Low at", ""),
                rx.foreach(StockDesk.rows, _row),
            ),
            empty_state("boxes", "Nothing runs low", "Everything is well in stock."),
            error=StockDesk.error,
            done=StockDesk.done,
        ),
        _dialog(),
        aside=rx.el.form(
            field(
                "threshold",
                "At or below",
                type="text",
                input_mode="numeric",
                placeholder="shop's own",
                default_value=StockDesk.threshold,
                max_length=7,
                class_name="w-32",
            ),
            rx.el.button("Show", type="submit", class_name=f"{SMALL_BUTTON} !h-12"),
            on_submit=StockDesk.set_threshold,
            class_name="flex items-end gap-2",
        ),
    )


def _row(row: rx.Var[StockRow]) -> rx.Component:
    number = f"{CELL} tabular-nums"
    return rx.el.tr(
        rx.el.th(
            link(row.title, href=row.href, class_name=TEXT_LINK),
            rx.el.span(row.options, class_name="block text-sm font-normal text-muted empty:hidden"),
            scope="row",
            class_name=f"{CELL} text-left font-medium",
        ),
        rx.el.td(row.sku, class_name=f"{CELL} font-mono text-sm whitespace-nowrap"),
        rx.el.td(
            row.available,
            class_name=rx.cond(row.available <= 0, "text-clay ", "text-honey ")
            + f"{number} font-semibold",
            custom_attrs={"data-label": "Free"},
        ),
        rx.el.td(row.on_hand, class_name=number, custom_attrs={"data-label": "On hand"}),
        rx.el.td(row.reserved, class_name=number, custom_attrs={"data-label": "Reserved"}),
        rx.el.td(
            row.low_at,
            class_name=f"{number} text-muted",
            custom_attrs={"data-label": "Low at"},
        ),
        rx.el.td(
            rx.el.button(
                "Adjust",
                type="button",
                on_click=StockDesk.open(row.variant_id),
                aria_label="Adjust the stock of " + row.title,
                class_name=SMALL_BUTTON,
            ),
            class_name=f"{CELL} text-right",
        ),
        custom_attrs={"data-testid": "stock-row"},
    )


def _dialog() -> rx.Component:
    row = StockDesk.edited
    return dialog(
        "stock",
        "Adjust the stock",
        rx.el.p(
            row.title,
            rx.cond(row.options != "", " · " + row.options, ""),
            class_name="font-semibold",
        ),
        rx.el.p(
            row.on_hand,
            " on hand, ",
            row.reserved,
            " reserved, ",
            row.available,
            " free",
            class_name="mt-1 text-[15px] text-muted tabular-nums",
        ),
        rx.el.form(
            alert(StockDesk.form_error),
            rx.el.div(
                field(
                    "delta",
                    "More or fewer",
                    type="text",
                    input_mode="text",
                    placeholder="12 or -2",
                    auto_complete="off",
                    max_length=8,
                ),
                field(
                    "reason",
                    "Reason",
                    type="text",
                    placeholder="delivery, damaged, counted …",
                    max_length=200,
                    class_name="sm:col-span-2",
                ),
                class_name="grid gap-4 sm:grid-cols-3",
            ),
            dialog_buttons("Adjust", StockDesk.busy, "Saving…"),
            on_submit=StockDesk.adjust,
            no_validate=True,
            key=StockDesk.opened.to_string(),
            class_name="mt-5 space-y-5",
        ),
        rx.cond(
            StockDesk.movements.length() > 0,
            rx.el.div(
                rx.el.h3("What happened", class_name="text-sm font-semibold"),
                rx.el.ul(
                    rx.foreach(StockDesk.movements, _movement),
                    class_name="mt-2 divide-y divide-line",
                ),
                class_name="mt-7 border-t border-line pt-5",
            ),
        ),
        wide=True,
    )


def _movement(movement: rx.Var[MovementRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(movement.delta, class_name="w-14 shrink-0 font-semibold tabular-nums"),
        rx.el.span(movement.reason, class_name="min-w-0 flex-1 break-words"),
        rx.el.span(
            icon("clock", 14, "hidden sm:inline"),
            day_and_clock(movement.at),
            rx.el.span(", ", movement.who),
            class_name="flex items-center gap-1 text-sm text-muted",
        ),
        class_name="flex flex-wrap items-baseline gap-x-3 py-2.5 text-[15px]",
        custom_attrs={"data-testid": "movement"},
    )
