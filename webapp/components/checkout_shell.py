"""What the two steps of a checkout have in common."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import (
    icon,
    skeleton,
)
from webapp.components.order_summary import order_line, totals
from webapp.theme import (
    MIDDLE_PAGE,
    PANEL,
    SUBHEADING,
    TITLE,
)


def _progress(current: int) -> rx.Component:
    def step(number: int, name: str) -> rx.Component:
        done, now = number < current, number == current
        ring = "bg-pine text-white" if done or now else "border border-edge/60 text-muted"
        text = "font-semibold text-ink" if now else "text-muted"
        return rx.el.li(
            rx.el.span(
                icon("check", 15) if done else str(number),
                class_name=f"flex size-7 items-center justify-center rounded-full text-sm "
                f"font-semibold {ring}",
            ),
            rx.el.span(name, class_name=text),
            aria_current="step" if now else "false",
            class_name="flex items-center gap-2.5 text-[15px]",
        )

    return rx.el.ol(
        step(1, "Address"),
        rx.el.li(class_name="h-px w-6 bg-edge/50 sm:w-10", custom_attrs={"aria-hidden": "true"}),
        step(2, "Payment"),
        class_name="mb-8 flex items-center gap-3",
    )


def shell(title: str, step: int, left: rx.Component, right: rx.Component) -> rx.Component:
    return rx.el.div(
        _progress(step),
        rx.el.h1(title, class_name=TITLE),
        rx.el.div(
            left,
            right,
            class_name="mt-8 grid gap-8 lg:grid-cols-[1fr_25rem] lg:gap-14",
        ),
        class_name=f"{MIDDLE_PAGE} py-8 sm:py-12",
    )


def summary(lines: Any, sums: Any, subtotal: Any = None, extra: Any = None) -> rx.Component:
    """``extra`` stands between lines and totals."""
    return rx.el.aside(
        rx.el.h2("Your order", class_name=SUBHEADING),
        rx.el.ul(rx.foreach(lines, order_line), class_name="mt-5 divide-y divide-line"),
        rx.el.div(extra, class_name="mt-2 border-t border-line py-5") if extra else rx.fragment(),
        rx.el.div(
            rx.cond(
                sums.total != "",
                totals(sums),
                rx.el.p("Subtotal ", subtotal, class_name="text-muted")
                if subtotal is not None
                else None,
            ),
            class_name="mt-2 border-t border-line pt-5",
        ),
        aria_label="Your order",
        class_name=f"{PANEL} p-6 sm:p-7 lg:sticky lg:top-8 lg:self-start",
    )


def loading() -> rx.Component:
    return rx.el.div(
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 rounded-xl"),
        skeleton("h-12 w-1/2 rounded-xl"),
        rx.el.span("Loading", class_name="sr-only"),
        role="status",
        class_name="space-y-6",
    )
