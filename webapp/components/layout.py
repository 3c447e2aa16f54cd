"""What surrounds every page: header, menu, cart drawer, footer."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from webapp.components.account_notices import account_notices
from webapp.components.controls import anchor, icon, link
from webapp.components.drawers import cart_drawer, menu
from webapp.components.header import bare_header, header
from webapp.components.mishap import mishap_notice
from webapp.settings import settings
from webapp.state.basket import Basket
from webapp.state.shop import Shop
from webapp.theme import (
    FOCUS,
    PAGE,
)


def page(
    *content: Any,
    bare: bool = False,
    drawer: bool = True,
    back: Any = "/cart",
    back_text: str = "Back to cart",
) -> rx.Component:
    """A whole page. ``bare`` leaves out search and departments, so that nothing distracts,
    but a way ``back``; without ``drawer`` the cart's button leads to the cart page."""
    return rx.el.div(
        anchor(
            "Skip to content",
            href="#content",
            class_name="sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-4 focus:z-50 "
            "focus:rounded-full focus:bg-ink focus:px-5 focus:py-3 focus:text-white",
        ),
        _connection_notice(),
        mishap_notice(),
        bare_header(back, back_text) if bare else header(drawer),
        rx.fragment() if bare else account_notices(),
        rx.el.main(
            *content,
            id="content",
            class_name="flex-1 outline-none",
            custom_attrs={"tabIndex": -1},
        ),
        _footer(),
        rx.fragment() if bare else menu(),
        cart_drawer() if drawer and not bare else rx.fragment(),
        rx.el.div(Basket.announcement, role="status", class_name="sr-only"),
        class_name="flex min-h-dvh flex-col bg-paper font-sans text-ink antialiased",
    )


def _connection_notice() -> rx.Component:
    return rx.cond(
        has_too_many_connection_errors,
        rx.el.div(
            icon("wifi-off", 18),
            "The connection to the store was lost. Trying again…",
            role="status",
            class_name="fixed bottom-4 left-1/2 z-50 flex w-max max-w-[92vw] -translate-x-1/2 "
            "items-center gap-3 rounded-full bg-ink px-5 py-3 text-sm text-white shadow-panel",
        ),
    )


def _footer() -> rx.Component:
    heading = "mb-4 text-sm font-semibold text-white"
    entry = f"rounded-sm text-[15px] text-white/75 hover:text-white {FOCUS}"
    return rx.el.footer(
        rx.el.div(
            rx.el.div(
                rx.el.p(
                    settings().shop_name,
                    class_name="font-display text-2xl font-semibold tracking-[-0.02em]",
                ),
                rx.el.p(
                    "Things worth having, with the prices of other shops beside ours.",
                    class_name="mt-3 max-w-xs text-[15px] text-white/75",
                ),
                class_name="col-span-2",
            ),
            rx.el.nav(
                rx.el.p("Shop", class_name=heading),
                rx.el.ul(
                    rx.el.li(link("All products", href="/products", class_name=entry)),
                    rx.foreach(
                        Shop.departments[:4],
                        lambda top: rx.el.li(link(top.name, href=top.href, class_name=entry)),
                    ),
                    class_name="space-y-2.5",
                ),
                aria_label="Shop",
            ),
            rx.el.nav(
                rx.el.p("You", class_name=heading),
                rx.el.ul(
                    rx.el.li(link("Account", href="/account", class_name=entry)),
                    rx.el.li(link("Orders", href="/account/orders", class_name=entry)),
                    rx.el.li(link("Cart", href="/cart", class_name=entry)),
                    class_name="space-y-2.5",
                ),
                aria_label="Your pages",
            ),
            class_name=f"{PAGE} grid grid-cols-2 gap-10 py-14 sm:grid-cols-4",
        ),
        class_name="mt-20 bg-pine-deep text-white",
    )
