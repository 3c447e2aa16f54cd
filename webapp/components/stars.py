"""Stars that say how customers rate something."""

from __future__ import annotations

from typing import Any

import reflex as rx


def star_row(filled: Any, class_name: str = "text-base") -> rx.Component:
    """Five stars, ``filled`` of which (per cent of their width) are gold."""
    return rx.el.span(
        style={"--filled": filled},
        class_name=f"stars shrink-0 {class_name}",
        custom_attrs={"aria-hidden": "true"},
    )


def rating(stars: Any, class_name: str = "text-[13px]") -> rx.Component:
    """``stars``: a Stars; nothing without reviews."""
    return rx.cond(
        stars.average != "",
        rx.el.span(
            star_row(stars.filled),
            rx.el.span(
                rx.el.span(stars.average, class_name="font-semibold text-ink"),
                rx.el.span(" of 5 stars", class_name="sr-only"),
                " (",
                stars.count,
                rx.el.span(" reviews", class_name="sr-only"),
                ")",
                class_name=f"text-muted tabular-nums {class_name}",
            ),
            class_name="flex items-center gap-1.5",
            custom_attrs={"data-testid": "rating"},
        ),
    )
