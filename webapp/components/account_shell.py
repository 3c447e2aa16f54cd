"""What the pages of an account have in common."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import link
from webapp.components.layout import page
from webapp.scripts import show_current_pill
from webapp.theme import FOCUS, NARROW_PAGE, TITLE

_PLACES = (
    ("Overview", "/account"),
    ("Orders", "/account/orders"),
    ("Addresses", "/account/addresses"),
    ("Settings", "/account/settings"),
)


def pills(places: Any, current: str, label: str) -> rx.Component:
    """Links to neighbouring pages, the current one marked."""

    def entry(name: str, href: str) -> rx.Component:
        here = href == current
        look = (
            "border-pine bg-pine text-white"
            if here
            else "border-edge/40 bg-white text-ink hover:border-ink"
        )
        return rx.el.li(
            link(
                name,
                href=href,
                aria_current="page" if here else "false",
                class_name=f"inline-flex h-10 items-center whitespace-nowrap rounded-full border "
                f"px-3.5 text-sm font-medium transition-colors sm:px-4 {look} {FOCUS}",
            )
        )

    return rx.el.nav(
        rx.el.ul(
            *(entry(name, href) for name, href in places),
            class_name="no-scrollbar -mx-4 flex gap-1.5 overflow-x-auto px-4 py-1 sm:mx-0 sm:px-0",
        ),
        aria_label=label,
        on_mount=show_current_pill(),
    )


def account_page(current: str, title: Any, *content: Any, aside: Any = None) -> rx.Component:
    """``aside`` stands beside the title."""
    return page(
        rx.el.div(
            pills(_PLACES, current, "Your account"),
            rx.el.div(
                rx.el.h1(title, class_name=TITLE),
                aside if aside is not None else rx.fragment(),
                class_name="mt-8 flex flex-wrap items-end justify-between gap-6",
            ),
            *content,
            class_name=f"{NARROW_PAGE} py-8 sm:py-12",
        )
    )
