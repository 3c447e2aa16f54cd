"""Accounts, for admins."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import CELL, desk_list, desk_page, table
from webapp.components.controls import alert, empty_state, icon, tag
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import checkbox, field
from webapp.desk_views import ROLES, UserRow
from webapp.state.back_office.users import UsersDesk
from webapp.theme import SMALL_BUTTON

_MAY = {
    "shopper": "Buys in the store",
    "merchant": "Runs the shop: products, orders, refunds",
    "analyst": "Reads the dashboards",
    "admin": "Everything, and who may do what",
}


def users() -> rx.Component:
    return desk_page(
        "/admin/users",
        "Users",
        rx.el.form(
            field(
                "email",
                "E-mail contains",
                type="text",
                default_value=UsersDesk.email,
                max_length=254,
                class_name="w-full sm:w-80",
            ),
            rx.el.button(
                icon("search", 16), "Search", type="submit", class_name=f"{SMALL_BUTTON} !h-12"
            ),
            on_submit=UsersDesk.search,
            role="search",
            aria_label="Search users",
            class_name="mt-6 flex items-end gap-3",
        ),
        desk_list(
            UsersDesk,
            table(
                "Users",
                ("Account", "Roles", "State", "Since", ""),
                rx.foreach(UsersDesk.rows, _row),
            ),
            empty_state("users", "Nobody found", "Try another part of the address."),
            error=UsersDesk.error,
            done=UsersDesk.done,
        ),
        _dialog(),
        admin=True,
    )


def _row(user: rx.Var[UserRow]) -> rx.Component:
    state = rx.cond(
        user.erased,
        tag("Erased", "stop"),
        rx.cond(
            user.disabled,
            tag("Disabled", "alarm"),
            rx.cond(user.verified, tag("Active", "good"), tag("Not confirmed", "wait")),
        ),
    )
    return rx.el.tr(
        rx.el.th(
            rx.el.span(user.name, class_name="block font-semibold"),
            rx.el.span(user.email, class_name="text-sm font-normal text-muted"),
            scope="row",
            class_name=f"{CELL} text-left",
        ),
        rx.el.td(
            rx.el.div(
                rx.foreach(
                    user.roles,
                    lambda role: rx.el.span(
                        role, class_name="rounded-full bg-sand px-2.5 py-0.5 text-sm"
                    ),
                ),
                class_name="flex flex-wrap gap-1.5",
            ),
            class_name=CELL,
        ),
        rx.el.td(state, class_name=CELL),
        rx.el.td(user.since, class_name=f"{CELL} whitespace-nowrap text-muted"),
        rx.el.td(
            rx.cond(
                user.erased,
                rx.fragment(),
                rx.el.button(
                    "Change",
                    type="button",
                    on_click=UsersDesk.edit(user.id),
                    aria_label="Change " + user.email,
                    class_name=SMALL_BUTTON,
                ),
            ),
            class_name=f"{CELL} text-right",
        ),
        custom_attrs={"data-testid": "user-row"},
    )


def _dialog() -> rx.Component:
    user = UsersDesk.edited
    return dialog(
        "user",
        user.name,
        rx.el.form(
            rx.el.p(user.email, class_name="text-muted"),
            alert(UsersDesk.form_error),
            rx.el.fieldset(
                rx.el.legend("Roles", class_name="mb-3 text-sm font-semibold"),
                *(
                    checkbox(
                        f"role-{role}",
                        rx.fragment(
                            rx.el.span(role.capitalize(), class_name="block font-medium"),
                            rx.el.span(_MAY[role], class_name="text-sm text-muted"),
                        ),
                        default_checked=user.roles.contains(role),
                    )
                    for role in ROLES
                ),
                class_name="space-y-3",
            ),
            rx.el.div(
                checkbox(
                    "disabled",
                    rx.fragment(
                        rx.el.span("Disabled", class_name="block font-medium"),
                        rx.el.span(
                            "Can't sign in; is signed out everywhere at once",
                            class_name="text-sm text-muted",
                        ),
                    ),
                    default_checked=user.disabled,
                ),
                class_name="border-t border-line pt-4",
            ),
            dialog_buttons("Save", UsersDesk.busy, "Saving…"),
            on_submit=UsersDesk.save,
            key=UsersDesk.opened.to_string(),
            class_name="space-y-5",
        ),
    )
