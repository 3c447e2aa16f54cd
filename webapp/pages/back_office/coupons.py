"""Coupons: what there is, new ones, changes."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import CELL, desk_list, desk_page, table
from webapp.components.controls import alert, empty_state, icon, notice, tag
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import checkbox, field, select
from webapp.desk_views import CouponRow
from webapp.state.back_office.coupons import CouponsDesk
from webapp.theme import PRIMARY_BUTTON, SMALL_BUTTON


def coupons() -> rx.Component:
    return desk_page(
        "/admin/coupons",
        "Coupons",
        desk_list(
            CouponsDesk,
            table(
                "Coupons",
                ("Code", "What", "Rules", "Used", "State", ""),
                rx.foreach(CouponsDesk.rows, _row),
            ),
            empty_state("ticket-percent", "No coupons yet", "A new one is made in a minute."),
            error=CouponsDesk.error,
        ),
        _dialog(),
        _delete_dialog(),
        aside=rx.el.button(
            icon("plus", 18),
            "New coupon",
            type="button",
            on_click=CouponsDesk.edit(""),
            class_name=PRIMARY_BUTTON,
        ),
    )


def _row(coupon: rx.Var[CouponRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(coupon.code, class_name="font-mono font-semibold"),
            rx.el.span(
                coupon.description, class_name="block text-sm font-normal text-muted empty:hidden"
            ),
            scope="row",
            class_name=f"{CELL} text-left",
        ),
        rx.el.td(coupon.what, class_name=f"{CELL} whitespace-nowrap"),
        rx.el.td(
            rx.foreach(coupon.rules, lambda rule: rx.el.span(rule, class_name="block")),
            class_name=f"{CELL} whitespace-nowrap text-sm text-muted",
        ),
        rx.el.td(coupon.uses, class_name=f"{CELL} whitespace-nowrap tabular-nums"),
        rx.el.td(tag(coupon.state, coupon.tone), class_name=CELL),
        rx.el.td(
            rx.el.div(
                rx.el.button(
                    "Change",
                    type="button",
                    on_click=CouponsDesk.edit(coupon.id),
                    aria_label="Change " + coupon.code,
                    class_name=SMALL_BUTTON,
                ),
                rx.el.button(
                    icon("trash-2", 16),
                    type="button",
                    on_click=CouponsDesk.ask_to_delete(coupon.id),
                    aria_label="Delete " + coupon.code,
                    class_name=f"{SMALL_BUTTON} !px-3",
                ),
                class_name="flex justify-end gap-2",
            ),
            class_name=CELL,
        ),
        custom_attrs={"data-testid": "coupon-row"},
    )


def _dialog() -> rx.Component:
    coupon = CouponsDesk.edited
    return dialog(
        "coupon",
        rx.cond(coupon.id != "", "Change " + coupon.code, "A new coupon"),
        rx.el.form(
            alert(CouponsDesk.form_error),
            notice(
                rx.cond(
                    coupon.used,
                    "It has been used: code, kind and value stay as they are.",
                    "",
                )
            ),
            field(
                "code",
                "Code",
                type="text",
                default_value=coupon.code,
                placeholder="WELCOME10",
                max_length=40,
                auto_complete="off",
            ),
            rx.el.div(
                select(
                    "kind",
                    "Kind",
                    rx.el.option("Per cent", value="percentage"),
                    rx.el.option("Amount", value="amount"),
                    rx.el.option("Free shipping", value="free_shipping"),
                    value=CouponsDesk.kind,
                    on_change=CouponsDesk.set_kind,
                ),
                rx.cond(
                    CouponsDesk.kind != "free_shipping",
                    field(
                        "value",
                        "Takes off",
                        type="text",
                        input_mode="decimal",
                        default_value=coupon.value,
                        placeholder=rx.cond(CouponsDesk.kind == "percentage", "10", "5.00"),
                        max_length=9,
                    ),
                ),
                class_name="grid gap-4 sm:grid-cols-2",
            ),
            field(
                "description",
                "Description",
                optional=True,
                type="text",
                default_value=coupon.description,
                hint="Shoppers read it in their cart.",
                max_length=200,
            ),
            rx.el.div(
                field(
                    "minimum",
                    "Smallest order",
                    optional=True,
                    type="text",
                    input_mode="decimal",
                    default_value=coupon.minimum,
                    placeholder="20.00",
                    max_length=9,
                ),
                field(
                    "most",
                    "Uses in all",
                    optional=True,
                    type="text",
                    input_mode="numeric",
                    default_value=coupon.most,
                    max_length=9,
                ),
                field(
                    "most_each",
                    "Uses per customer",
                    optional=True,
                    type="text",
                    input_mode="numeric",
                    default_value=coupon.most_each,
                    max_length=6,
                ),
                class_name="grid gap-4 sm:grid-cols-3",
            ),
            rx.el.div(
                field(
                    "starts", "First day", optional=True, type="date", default_value=coupon.starts
                ),
                field("ends", "Last day", optional=True, type="date", default_value=coupon.ends),
                class_name="grid gap-4 sm:grid-cols-2",
            ),
            checkbox("active", "Active", default_checked=coupon.active),
            dialog_buttons("Save", CouponsDesk.busy, "Saving…"),
            on_submit=CouponsDesk.save,
            no_validate=True,
            key=CouponsDesk.opened.to_string(),
            class_name="space-y-5",
        ),
        wide=True,
    )


def _delete_dialog() -> rx.Component:
    return dialog(
        "delete-coupon",
        "Delete " + CouponsDesk.edited.code + "?",
        rx.el.form(
            alert(CouponsDesk.form_error),
            rx.el.p(
                rx.cond(
                    CouponsDesk.edited.used,
                    "It has been used, so it stays in the list, but nobody can enter it any more.",
                    "Nobody has used it. It disappears.",
                ),
                class_name="text-ink-soft",
            ),
            dialog_buttons("Delete", CouponsDesk.busy, "Deleting…", danger=True),
            on_submit=CouponsDesk.delete,
            class_name="space-y-5",
        ),
    )
