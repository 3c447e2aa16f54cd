"""What a visitor is told about their account above every page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon, link
from webapp.session import Session
from webapp.state.shop import Shop
from webapp.theme import FOCUS, ICON_BUTTON, PAGE

_ACTION = f"font-semibold underline underline-offset-4 rounded-sm cursor-pointer {FOCUS}"


def account_notices() -> rx.Component:
    return rx.fragment(
        rx.cond(
            Session.unverified & ~Shop.verification_put_off,
            _strip(
                "mail",
                rx.cond(
                    Shop.verification_note != "",
                    rx.el.span(Shop.verification_note),
                    rx.fragment(
                        rx.el.span(
                            "Please confirm your e-mail address: the link is in your inbox. "
                        ),
                        rx.el.button(
                            "Send it again",
                            type="button",
                            on_click=Shop.resend_verification,
                            class_name=_ACTION,
                        ),
                    ),
                ),
                Shop.put_verification_off,
                "verify-banner",
            ),
        ),
        rx.cond(
            Session.farewell != "",
            _strip(
                "info",
                rx.fragment(
                    rx.el.span(Session.farewell, " "),
                    link("Sign in", href="/sign-in", class_name=_ACTION),
                ),
                Shop.dismiss_farewell,
                "farewell",
            ),
        ),
    )


def _strip(name: str, content: Any, on_close: Any, test_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            icon(name, 18, "mt-2.5 shrink-0"),
            rx.el.p(content, class_name="flex-1 py-2 text-[15px]"),
            rx.el.button(
                icon("x", 18),
                type="button",
                on_click=on_close,
                aria_label="Close this notice",
                class_name=f"{ICON_BUTTON} !size-10 !text-honey",
            ),
            class_name=f"{PAGE} flex items-start gap-3",
        ),
        role="status",
        class_name="bg-honey-soft text-honey",
        custom_attrs={"data-testid": test_id},
    )
