"""The header: name, search, account, cart, departments."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon, link
from webapp.components.search_box import search_box
from webapp.scripts import open_dialog
from webapp.session import Session
from webapp.settings import settings
from webapp.state.basket import Basket
from webapp.state.shop import Shop
from webapp.theme import (
    FOCUS,
    ICON_BUTTON,
    PAGE,
)

_NAV_LINK = (
    "whitespace-nowrap rounded-sm text-[15px] text-ink-soft hover:text-ink hover:underline "
    "decoration-2 underline-offset-8 decoration-pine " + FOCUS
)


def _logo() -> rx.Component:
    return link(
        settings().shop_name,
        href="/",
        aria_label=f"{settings().shop_name}, home page",
        class_name="font-display text-[1.65rem] font-semibold tracking-[-0.03em] text-pine "
        f"rounded-sm {FOCUS}",
    )


def _cart_button(drawer: bool) -> rx.Component:
    content = (
        icon("shopping-bag", 22),
        rx.cond(
            Basket.count > 0,
            rx.el.span(
                rx.cond(Basket.count > 99, "99+", Basket.count),
                class_name="absolute -right-0.5 -top-0.5 flex h-5 min-w-5 items-center "
                "justify-center rounded-full bg-clay px-1 text-[11px] font-bold text-white "
                "tabular-nums",
                custom_attrs={"aria-hidden": "true", "data-testid": "cart-count"},
            ),
        ),
    )
    looks: dict[str, Any] = {
        "aria_label": rx.cond(
            Basket.count == 1, "Cart, 1 item", "Cart, " + Basket.count.to_string() + " items"
        ),
        "class_name": ICON_BUTTON,
        "custom_attrs": {"data-testid": "cart-button"},
    }
    if not drawer:
        return link(*content, href="/cart", **looks)
    return rx.el.button(
        *content, type="button", on_click=Basket.open_drawer, aria_haspopup="dialog", **looks
    )


def _account_link() -> rx.Component:
    return link(
        icon("user-round", 22),
        rx.el.span(
            rx.cond(Session.signed_in, Session.first_name, "Sign in"),
            class_name="hidden text-[15px] font-medium lg:inline max-w-32 truncate",
        ),
        href=rx.cond(Session.signed_in, "/account", "/sign-in"),
        aria_label=rx.cond(
            Session.signed_in,
            rx.cond(
                Session.first_name != "", Session.first_name + ", your account", "Your account"
            ),
            "Sign in",
        ),
        class_name="inline-flex h-11 min-w-11 items-center justify-center gap-2 rounded-full "
        f"text-ink transition-colors hover:bg-sand lg:px-4 {FOCUS}",
        custom_attrs={"data-testid": "account-link"},
    )


def _back_office_link() -> rx.Component:
    return link(
        icon("store", 22),
        rx.el.span("Back office", class_name="hidden text-[15px] font-medium xl:inline"),
        href="/admin",
        aria_label="Back office",
        class_name="hidden h-11 min-w-11 items-center justify-center gap-2 rounded-full "
        f"text-ink transition-colors hover:bg-sand sm:inline-flex xl:px-4 {FOCUS}",
        custom_attrs={"data-testid": "back-office-link"},
    )


def header(drawer: bool) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.div(
                rx.el.button(
                    icon("menu", 22),
                    type="button",
                    on_click=open_dialog("menu"),
                    aria_label="Menu",
                    aria_haspopup="dialog",
                    class_name=f"{ICON_BUTTON} -ml-2 lg:hidden",
                ),
                _logo(),
                search_box("mx-auto hidden w-full max-w-xl lg:block", name="search"),
                rx.el.div(
                    rx.cond(Session.is_merchant, _back_office_link()),
                    _account_link(),
                    _cart_button(drawer),
                    class_name="-mr-2 ml-auto flex items-center gap-1 lg:ml-0",
                ),
                class_name="flex h-16 items-center gap-2 lg:h-20 lg:gap-8",
            ),
            search_box("pb-3 lg:hidden", name="search-small"),
            class_name=PAGE,
        ),
        rx.el.nav(
            rx.el.div(
                link("All products", href="/products", class_name=_NAV_LINK),
                rx.foreach(
                    Shop.departments,
                    lambda top: link(top.name, href=top.href, class_name=_NAV_LINK),
                ),
                class_name=f"{PAGE} flex h-12 items-center gap-7 overflow-x-auto no-scrollbar",
            ),
            aria_label="Departments",
            class_name="hidden border-t border-line lg:block",
        ),
        class_name="sticky top-0 z-30 border-b border-line bg-paper/95 backdrop-blur",
    )


def bare_header(back: Any, back_text: str) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            _logo(),
            link(
                icon("arrow-left", 18),
                back_text,
                href=back,
                class_name="inline-flex items-center gap-2 rounded-sm text-[15px] text-ink-soft "
                f"hover:text-ink {FOCUS}",
            ),
            class_name=f"{PAGE} flex h-16 items-center justify-between lg:h-20",
        ),
        class_name="border-b border-line bg-paper",
    )
