"""Account settings: name, e-mail, password, devices, data, and the end."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.account_shell import account_page
from webapp.components.controls import alert, button_label, good_news, icon, skeleton
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import field
from webapp.scripts import open_dialog
from webapp.session import Session
from webapp.state.account import SHORTEST_PASSWORD
from webapp.state.settings import Settings
from webapp.state.shop import Shop
from webapp.theme import (
    DANGER_LINK_BUTTON,
    PANEL,
    SECONDARY_BUTTON,
    SUBHEADING,
    TAG,
    TEXT_LINK,
    WAIT_TAG,
)


def settings() -> rx.Component:
    return account_page(
        "/account/settings",
        "Settings",
        rx.cond(
            Settings.loading,
            rx.el.div(
                skeleton("h-56 rounded-3xl"),
                skeleton("h-56 rounded-3xl"),
                role="status",
                class_name="mt-8 space-y-6",
            ),
            rx.el.div(
                _general(),
                _name(),
                _email(),
                _password(),
                _devices(),
                _data(),
                _end(),
                class_name="mt-8 space-y-6",
            ),
        ),
    )


def _section(name: str, title: str, text: Any, *content: Any) -> rx.Component:
    """With how the last change in it went."""
    here = Settings.section == name
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, id=f"{name}-heading", class_name=SUBHEADING),
            rx.el.div(text, class_name="mt-1.5 text-[15px] text-muted"),
        ),
        rx.el.div(
            alert(rx.cond(here, Settings.error, "")),
            good_news(rx.cond(here, Settings.done, "")),
            *content,
            class_name="space-y-4",
        ),
        aria_labelledby=f"{name}-heading",
        class_name=f"{PANEL} grid gap-6 p-6 sm:p-8 md:grid-cols-[1fr_1.4fr] md:gap-10",
    )


def _general() -> rx.Component:
    return alert(rx.cond(Settings.section == "", Settings.error, ""))


def _button(text: str, name: str, busy_text: str = "Saving…", **props: Any) -> rx.Component:
    return rx.el.button(
        button_label(text, Settings.busy == name, busy_text),
        disabled=Settings.busy != "",
        class_name=f"{SECONDARY_BUTTON} w-full sm:w-auto",
        **props,
    )


def _password_field(name: str, label: str, complete: str, hint: str = "") -> rx.Component:
    return field(
        name,
        label,
        wrong=Settings.wrong,
        hint=hint,
        type="password",
        auto_complete=complete,
        max_length=1024,
    )


def _name() -> rx.Component:
    return _section(
        "name",
        "Name",
        "How we address you.",
        rx.el.form(
            field(
                "name",
                "Name",
                wrong=Settings.wrong,
                type="text",
                auto_complete="name",
                default_value=Session.name,
                key=Session.name,
                max_length=120,
            ),
            _button("Save the name", "name", type="submit"),
            on_submit=Settings.save_name,
            no_validate=True,
            class_name="space-y-4",
        ),
    )


def _email() -> rx.Component:
    status = rx.cond(
        Session.unverified,
        rx.el.span("Not confirmed yet", class_name=WAIT_TAG),
        rx.el.span("Confirmed", class_name=TAG),
    )
    return _section(
        "email",
        "E-mail",
        rx.fragment(
            rx.el.p(Session.email, class_name="break-all text-ink"),
            rx.el.p(status, class_name="mt-2"),
            rx.cond(
                Session.unverified,
                rx.el.button(
                    "Send the mail again",
                    type="button",
                    on_click=Shop.resend_verification,
                    class_name=f"{TEXT_LINK} mt-3",
                ),
            ),
        ),
        rx.el.form(
            field(
                "new_email",
                "New e-mail",
                wrong=Settings.wrong,
                hint="It counts from when you follow the link in the mail we send there.",
                type="email",
                auto_complete="email",
                max_length=254,
            ),
            _password_field("email_password", "Your password", "current-password"),
            _button("Change the e-mail", "email", type="submit"),
            id="email-form",
            on_submit=Settings.save_email,
            no_validate=True,
            class_name="space-y-4",
        ),
    )


def _password() -> rx.Component:
    return _section(
        "password",
        "Password",
        "A new one signs you out everywhere else.",
        rx.el.form(
            _password_field("old_password", "Current password", "current-password"),
            _password_field(
                "new_password",
                "New password",
                "new-password",
                f"At least {SHORTEST_PASSWORD} characters. A short sentence works well.",
            ),
            _button("Change the password", "password", type="submit"),
            id="password-form",
            on_submit=Settings.save_password,
            no_validate=True,
            class_name="space-y-4",
        ),
    )


def _devices() -> rx.Component:
    return _section(
        "devices",
        "Devices",
        "Used a computer that is not yours? End every sign-in, this one too.",
        _button(
            "Sign out everywhere",
            "devices",
            "Signing out…",
            type="button",
            on_click=Settings.sign_out_everywhere,
        ),
    )


def _data() -> rx.Component:
    return _section(
        "data",
        "Your data",
        "Everything we keep about you, in one file: account, addresses, orders, reviews.",
        _button(
            "Download my data",
            "data",
            "Collecting…",
            type="button",
            on_click=Settings.download,
        ),
    )


def _end() -> rx.Component:
    return rx.fragment(
        rx.el.section(
            rx.el.div(
                rx.el.h2("Delete the account", id="end-heading", class_name=SUBHEADING),
                rx.el.p("For ever. There is no way back.", class_name="mt-1.5 text-muted"),
            ),
            rx.el.div(
                rx.el.button(
                    icon("trash-2", 18),
                    "Delete my account",
                    type="button",
                    on_click=open_dialog("erase"),
                    class_name=DANGER_LINK_BUTTON,
                ),
            ),
            aria_labelledby="end-heading",
            class_name=f"{PANEL} grid gap-6 p-6 sm:p-8 md:grid-cols-[1fr_1.4fr] md:gap-10",
        ),
        dialog(
            "erase",
            "Delete your account?",
            rx.el.form(
                alert(rx.cond(Settings.section == "erase", Settings.error, "")),
                rx.el.p("This can't be undone:", class_name="font-semibold"),
                rx.el.ul(
                    *(
                        rx.el.li(text)
                        for text in (
                            "Your name, e-mail address, addresses and reviews are erased.",
                            "You can't sign in any more, and your cart is gone.",
                            "Your orders stay in our books without your name, as the law asks.",
                        )
                    ),
                    class_name="list-disc space-y-1.5 pl-5 text-ink-soft",
                ),
                _password_field("erase_password", "Your password", "current-password"),
                dialog_buttons(
                    "Delete for ever", Settings.busy == "erase", "Deleting…", danger=True
                ),
                on_submit=Settings.erase,
                no_validate=True,
                class_name="space-y-5",
            ),
        ),
    )
