"""What the pages of the back office have in common."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.account_shell import pills
from webapp.components.controls import (
    alert,
    button_label,
    empty_state,
    good_news,
    link,
    skeleton,
)
from webapp.components.layout import page
from webapp.session import Session
from webapp.state.back_office.gate import Gate
from webapp.theme import PAGE, PANEL, PRIMARY_BUTTON, SECONDARY_BUTTON, TITLE

_PLACES = (
    ("Orders", "/admin"),
    ("Coupons", "/admin/coupons"),
    ("Reviews", "/admin/reviews"),
    ("Stock", "/admin/stock"),
    ("Synonyms", "/admin/synonyms"),
)
_ADMIN_PLACES = (*_PLACES, ("Users", "/admin/users"))

HEAD_CELL = "px-4 py-3 text-left text-sm font-medium text-muted whitespace-nowrap"
CELL = "px-4 py-4 align-middle"


def desk_page(
    current: str, title: Any, *content: Any, aside: Any = None, admin: bool = False
) -> rx.Component:
    """A page for merchants, or for admins; others are told that it is not for them."""
    allowed = Session.is_admin if admin else Session.is_merchant
    body = rx.fragment(
        rx.cond(
            Session.is_admin,
            pills(_ADMIN_PLACES, current, "Back office"),
            pills(_PLACES, current, "Back office"),
        ),
        rx.el.div(
            rx.el.h1(title, class_name=TITLE),
            aside if aside is not None else rx.fragment(),
            class_name="mt-8 flex flex-wrap items-end justify-between gap-4",
        ),
        *content,
    )
    return page(
        rx.el.div(
            rx.cond(
                Gate.refused,
                _forbidden(),
                rx.cond(allowed, body, loading_rows()),
            ),
            class_name=f"{PAGE} py-8 sm:py-10",
        ),
        bare=True,
        back="/",
        back_text="To the store",
    )


def _forbidden() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "403",
            class_name="font-display text-[6.5rem] leading-none tracking-[-0.05em] text-edge "
            "text-center sm:text-[9rem]",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.div(
            empty_state(
                "lock",
                "This page is for the people who run the shop",
                "Your account may not open it. If it should, ask an admin for the role.",
                link("Go to the store", href="/", class_name=PRIMARY_BUTTON),
                link("Your account", href="/account", class_name=SECONDARY_BUTTON),
                level=1,
            ),
            class_name="-mt-12",
        ),
        custom_attrs={"data-testid": "forbidden"},
    )


def loading_rows() -> rx.Component:
    return rx.el.div(
        *(skeleton("h-16 rounded-2xl") for _ in range(6)),
        rx.el.span("Loading", class_name="sr-only"),
        role="status",
        class_name="mt-8 space-y-3",
    )


def desk_list(
    desk: Any, content: Any, empty: rx.Component, *, error: Any, done: Any = ""
) -> rx.Component:
    """The rows of a desk with its ``loading`` and ``rows``; one that can ``load_more`` also has
    ``has_more``."""
    more = more_button(desk) if hasattr(desk, "load_more") else rx.fragment()
    return rx.fragment(
        rx.el.div(alert(error), good_news(done), class_name="mt-6 space-y-3 empty:hidden"),
        rx.cond(
            desk.loading,
            loading_rows(),
            rx.cond(
                desk.rows.length() > 0,
                rx.fragment(content, more),
                rx.cond(error == "", empty),
            ),
        ),
    )


def more_button(desk: Any) -> rx.Component:
    busy = desk.loading_more if hasattr(desk, "loading_more") else desk.busy
    return rx.cond(
        desk.has_more,
        rx.el.div(
            rx.el.button(
                button_label("Show more", busy, "Loading…"),
                type="button",
                on_click=desk.load_more,
                disabled=busy,
                class_name=SECONDARY_BUTTON,
            ),
            class_name="mt-8 flex justify-center",
        ),
    )


def table(caption: str, heads: tuple[str, ...], body: Any, class_name: str = "") -> rx.Component:
    """A table that scrolls sideways inside its panel where it is too wide."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(
                    *(
                        rx.el.th(head, scope="col", class_name=HEAD_CELL) if head else rx.el.td()
                        for head in heads
                    ),
                    class_name="border-b border-line",
                )
            ),
            rx.el.tbody(body, class_name="divide-y divide-line"),
            class_name="desk-table w-full text-[15px]",
        ),
        role="region",
        aria_label=caption,
        class_name=f"{PANEL} mt-6 overflow-x-auto {class_name}",
        custom_attrs={"tabIndex": 0},
    )
