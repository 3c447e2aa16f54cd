"""What people type into and choose from."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon
from webapp.theme import FIELD, FOCUS, LABEL


def field(
    name: str,
    label: str,
    *,
    wrong: Any = "",
    hint: str = "",
    optional: bool = False,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A labelled text field; ``wrong`` names the field that failed the check."""
    described = {"aria-describedby": f"{name}-hint"} if hint else {}
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(" (optional)", class_name="font-normal text-muted") if optional else None,
            html_for=name,
            class_name=LABEL,
        ),
        rx.el.input(
            id=name,
            name=name,
            class_name=FIELD,
            aria_invalid=rx.cond(wrong == name, "true", "false"),
            custom_attrs=described,
            **props,
        ),
        rx.el.p(hint, id=f"{name}-hint", class_name="mt-1.5 text-sm text-muted") if hint else None,
        class_name=class_name,
    )


def select(name: str, label: str, *options: Any, class_name: str = "", **props: Any) -> Any:
    """A labelled list to choose from."""
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=LABEL),
        rx.el.div(
            rx.el.select(
                *options,
                id=name,
                name=name,
                class_name=f"{FIELD} appearance-none pr-11 cursor-pointer",
                **props,
            ),
            icon(
                "chevron-down",
                18,
                "pointer-events-none absolute right-4 top-1/2 -translate-y-1/2",
            ),
            class_name="relative",
        ),
        class_name=class_name,
    )


def checkbox(name: str, label: Any, **props: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            class_name=f"size-5 shrink-0 accent-pine cursor-pointer {FOCUS}",
            **props,
        ),
        rx.el.span(label),
        class_name="flex items-center gap-3 text-[15px] cursor-pointer",
    )


def text_area(name: str, label: str, *, optional: bool = False, **props: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(" (optional)", class_name="font-normal text-muted") if optional else None,
            html_for=name,
            class_name=LABEL,
        ),
        rx.el.textarea(
            id=name, name=name, class_name=f"{FIELD} !h-auto py-3 leading-relaxed", **props
        ),
    )
