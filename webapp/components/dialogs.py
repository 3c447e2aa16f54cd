"""Dialogs in the middle of the page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import button_label, icon
from webapp.scripts import close_dialogs
from webapp.theme import DANGER_BUTTON, ICON_BUTTON, PRIMARY_BUTTON, SECONDARY_BUTTON, SUBHEADING


def dialog(name: str, title: Any, *content: Any, wide: bool = False) -> rx.Component:
    """Opened by ``open_dialog(name)``."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2(title, id=f"{name}-title", class_name=SUBHEADING),
            rx.el.button(
                icon("x", 22),
                type="button",
                on_click=close_dialogs(),
                aria_label="Close",
                class_name=f"{ICON_BUTTON} -mr-2",
            ),
            class_name="sticky top-0 z-10 flex h-16 shrink-0 items-center justify-between "
            "border-b border-line bg-white px-5 sm:px-7",
        ),
        rx.el.div(*content, class_name="p-5 sm:p-7"),
        id=name,
        aria_labelledby=f"{name}-title",
        class_name="modal modal-wide" if wide else "modal",
    )


def dialog_buttons(
    text: Any, busy: Any, busy_text: str, *, danger: bool = False, disabled: Any = False
) -> rx.Component:
    """The last row of a dialog's form: do it, or not."""
    return rx.el.div(
        rx.el.button(
            button_label(text, busy, busy_text),
            type="submit",
            disabled=busy | disabled,
            class_name=DANGER_BUTTON if danger else PRIMARY_BUTTON,
        ),
        rx.el.button(
            "Not now", type="button", on_click=close_dialogs(), class_name=SECONDARY_BUTTON
        ),
        class_name="flex flex-wrap gap-3 pt-2",
    )
