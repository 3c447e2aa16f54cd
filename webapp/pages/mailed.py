"""Pages that a mail leads to or asks for."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import alert, button_label, icon, link, spinner
from webapp.components.forms import field
from webapp.components.layout import page
from webapp.session import Session
from webapp.state.account import SHORTEST_PASSWORD
from webapp.state.mailed import Confirmation, Forgotten, NewPassword
from webapp.theme import PAGE, PANEL, PRIMARY_BUTTON, SECONDARY_BUTTON, TEXT_LINK, TITLE


def _card(*content: Any) -> rx.Component:
    return page(
        rx.el.div(
            rx.el.div(*content, class_name=f"{PANEL} mx-auto max-w-lg p-6 shadow-card sm:p-10"),
            class_name=f"{PAGE} py-10 sm:py-20",
        )
    )


def _said(
    mark: str, title: Any, text: Any, *actions: rx.Component, good: bool = True
) -> rx.Component:
    tone = "bg-pine text-white" if good else "bg-honey-soft text-honey"
    return rx.el.div(
        rx.el.div(
            icon(mark, 28),
            class_name=f"mb-6 flex size-14 items-center justify-center rounded-full {tone}",
        ),
        rx.el.h1(title, class_name=TITLE),
        rx.el.p(text, class_name="mt-3 text-ink-soft"),
        rx.el.div(*actions, class_name="mt-8 flex flex-wrap gap-3 empty:hidden"),
        role="status",
    )


def forgot_password() -> rx.Component:
    return _card(
        rx.cond(
            Forgotten.sent_to != "",
            _said(
                "mail",
                "Look into your inbox",
                rx.fragment(
                    "If there is an account for ",
                    rx.el.strong(Forgotten.sent_to),
                    ", a mail with a link is on its way. The link works for one hour.",
                ),
                link("Back to sign-in", href="/sign-in", class_name=SECONDARY_BUTTON),
            ),
            rx.fragment(
                rx.el.h1("Forgot your password?", class_name=TITLE),
                rx.el.p(
                    "Tell us your e-mail address and we send you a link to choose a new one.",
                    class_name="mt-3 text-muted",
                ),
                rx.el.form(
                    alert(Forgotten.error),
                    field(
                        "email",
                        "E-mail",
                        wrong=Forgotten.wrong,
                        type="email",
                        auto_complete="email",
                        max_length=254,
                    ),
                    _submit("Send the link", Forgotten.busy, "Sending…"),
                    on_submit=Forgotten.send,
                    no_validate=True,
                    class_name="mt-8 space-y-5",
                ),
                rx.el.p(
                    link("Back to sign-in", href="/sign-in", class_name=TEXT_LINK),
                    class_name="mt-8 border-t border-line pt-6 text-[15px]",
                ),
            ),
        )
    )


def reset_password() -> rx.Component:
    return _card(
        rx.cond(
            NewPassword.done,
            _said(
                "check",
                "Your new password is set",
                "You are signed out everywhere, so that only the new password opens your account.",
                link("Sign in", href="/sign-in", class_name=PRIMARY_BUTTON),
            ),
            rx.cond(
                NewPassword.expired,
                _said(
                    "link-2-off",
                    "This link does not work any more",
                    NewPassword.error,
                    link("Ask for a new link", href="/account/forgot", class_name=PRIMARY_BUTTON),
                    good=False,
                ),
                _new_password_form(),
            ),
        )
    )


def _new_password_form() -> rx.Component:
    return rx.fragment(
        rx.el.h1("Choose a new password", class_name=TITLE),
        rx.el.form(
            alert(NewPassword.error),
            field(
                "password",
                "New password",
                wrong=NewPassword.wrong,
                hint=f"At least {SHORTEST_PASSWORD} characters. A short sentence works well.",
                type="password",
                auto_complete="new-password",
                max_length=1024,
            ),
            _submit("Save the new password", NewPassword.busy, "Saving…"),
            on_submit=NewPassword.save,
            no_validate=True,
            class_name="mt-8 space-y-5",
        ),
    )


def verify_email() -> rx.Component:
    onward = rx.cond(
        Session.signed_in,
        rx.fragment(
            link("Discover products", href="/products", class_name=PRIMARY_BUTTON),
            link("Your account", href="/account", class_name=SECONDARY_BUTTON),
        ),
        link("Sign in", href="/sign-in", class_name=PRIMARY_BUTTON),
    )
    return _card(
        rx.cond(
            Confirmation.loading,
            rx.el.div(
                spinner("size-8 text-pine"),
                rx.el.p("Confirming your address…"),
                role="status",
                class_name="flex items-center gap-4",
            ),
            rx.cond(
                Confirmation.email != "",
                _said(
                    "check",
                    "Thank you, that is confirmed",
                    rx.fragment(rx.el.strong(Confirmation.email), " is your address with us."),
                    onward,
                ),
                _said(
                    "link-2-off",
                    "That did not work",
                    Confirmation.error,
                    link(
                        "Your account settings",
                        href="/account/settings",
                        class_name=PRIMARY_BUTTON,
                    ),
                    good=False,
                ),
            ),
        )
    )


def _submit(text: str, busy: Any, busy_text: str) -> rx.Component:
    return rx.el.button(
        button_label(text, busy, busy_text),
        type="submit",
        disabled=busy,
        class_name=f"{PRIMARY_BUTTON} w-full",
    )
