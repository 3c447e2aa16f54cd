"""What surrounds every page: header, menu, cart drawer, footer."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from webapp.components.controls import alert, anchor, empty_state, icon, link
from webapp.components.mishap import mishap_notice
from webapp.components.order_summary import cart_line
from webapp.scripts import close_dialogs, open_dialog
from webapp.session import Session
from webapp.settings import settings
from webapp.state.basket import Basket
from webapp.state.shop import Shop
from webapp.theme import (
    FOCUS,
    ICON_BUTTON,
    PAGE,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SUBHEADING,
)
from webapp.views import Department

_NAV_LINK = (
    "whitespace-nowrap rounded-sm text-[15px] text-ink-soft hover:text-ink hover:underline "
    "decoration-2 underline-offset-8 decoration-pine " + FOCUS
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
        _bare_header(back, back_text) if bare else _header(drawer),
        rx.el.main(
            *content,
            id="content",
            class_name="flex-1 outline-none",
            custom_attrs={"tabIndex": -1},
        ),
        _footer(),
        rx.fragment() if bare else _menu(),
        _cart_drawer() if drawer and not bare else rx.fragment(),
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


def _logo() -> rx.Component:
    return link(
        settings().shop_name,
        href="/",
        aria_label=f"{settings().shop_name}, home page",
        class_name="font-display text-[1.65rem] font-semibold tracking-[-0.03em] text-pine "
        f"rounded-sm {FOCUS}",
    )


def search_box(
    class_name: str = "", *, name: str = "search", label: str = "Search products"
) -> rx.Component:
    return rx.el.form(
        rx.el.label(label, html_for=name, class_name="sr-only"),
        rx.el.input(
            id=name,
            name="q",
            type="search",
            default_value=Shop.query,
            key=Shop.query,
            placeholder="What are you looking for?",
            auto_complete="off",
            max_length=200,
            custom_attrs={"enterKeyHint": "search"},
            class_name="h-11 w-full rounded-full border border-transparent bg-sand pl-5 pr-13 "
            "text-base text-ink placeholder:text-muted transition-colors hover:bg-sand-deep "
            "focus:bg-white focus:border-pine focus:outline-2 focus:-outline-offset-1 "
            "focus:outline-pine",
        ),
        rx.el.button(
            icon("search", 18),
            type="submit",
            aria_label="Search",
            class_name="absolute right-1 top-1 flex size-9 items-center justify-center "
            f"rounded-full bg-pine text-white cursor-pointer hover:bg-pine-deep {FOCUS}",
        ),
        on_submit=Shop.search,
        role="search",
        aria_label=label,
        class_name=f"relative {class_name}",
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


def _header(drawer: bool) -> rx.Component:
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


def _bare_header(back: Any, back_text: str) -> rx.Component:
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


def _dialog_head(title: Any, name: str) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title, id=name, class_name=SUBHEADING),
        rx.el.button(
            icon("x", 22),
            type="button",
            on_click=close_dialogs(),
            aria_label="Close",
            class_name=f"{ICON_BUTTON} -mr-2",
        ),
        class_name="flex h-16 shrink-0 items-center justify-between border-b border-line px-5",
    )


def _menu() -> rx.Component:
    entry = (
        "flex items-center justify-between rounded-xl px-3 py-3 text-[17px] text-ink "
        "hover:bg-sand " + FOCUS
    )

    def department(top: rx.Var[Department]) -> rx.Component:
        return rx.el.li(
            link(
                top.name,
                rx.el.span(top.count, class_name="text-sm text-muted"),
                href=top.href,
                class_name=entry,
                on_click=close_dialogs(),
            )
        )

    return rx.el.dialog(
        _dialog_head("Menu", "menu-title"),
        rx.el.nav(
            rx.el.ul(
                rx.el.li(
                    link(
                        "All products",
                        href="/products",
                        class_name=f"{entry} font-semibold",
                        on_click=close_dialogs(),
                    )
                ),
                rx.foreach(Shop.departments, department),
            ),
            aria_label="Departments",
            class_name="flex-1 overflow-y-auto overscroll-contain p-2",
        ),
        rx.el.div(
            rx.cond(
                Session.signed_in,
                rx.fragment(
                    link(
                        "Your account",
                        href="/account",
                        class_name=f"{SECONDARY_BUTTON} w-full",
                        on_click=close_dialogs(),
                    ),
                    rx.el.button(
                        "Sign out",
                        type="button",
                        on_click=Shop.sign_out,
                        class_name="mt-2 w-full py-3 text-[15px] text-muted cursor-pointer "
                        f"{FOCUS}",
                    ),
                ),
                link(
                    "Sign in",
                    href="/sign-in",
                    class_name=f"{PRIMARY_BUTTON} w-full",
                    on_click=close_dialogs(),
                ),
            ),
            class_name="shrink-0 border-t border-line p-5",
        ),
        id="menu",
        aria_labelledby="menu-title",
        class_name="drawer drawer-left",
    )


def _cart_drawer() -> rx.Component:
    return rx.el.dialog(
        _dialog_head(
            rx.cond(Basket.count > 0, "Your cart (" + Basket.count.to_string() + ")", "Your cart"),
            "cart-title",
        ),
        rx.el.div(
            alert(Basket.error),
            rx.cond(
                Basket.lines.length() > 0,
                rx.el.ul(
                    rx.foreach(Basket.lines, cart_line), class_name="divide-y divide-line pt-6"
                ),
                empty_state(
                    "shopping-bag",
                    "Nothing here yet",
                    "What you add to your cart waits for you here.",
                    link(
                        "Discover products",
                        href="/products",
                        class_name=PRIMARY_BUTTON,
                        on_click=close_dialogs(),
                    ),
                ),
            ),
            class_name="flex-1 overflow-y-auto overscroll-contain px-5 pb-4",
        ),
        rx.cond(
            Basket.lines.length() > 0,
            rx.el.div(
                rx.el.div(
                    rx.el.span("Subtotal", class_name="text-muted"),
                    rx.el.span(Basket.subtotal, class_name="text-xl font-semibold tabular-nums"),
                    class_name="mb-4 flex items-baseline justify-between",
                ),
                link(
                    "Go to checkout",
                    href="/checkout",
                    class_name=f"{PRIMARY_BUTTON} w-full",
                    on_click=close_dialogs(),
                ),
                link(
                    "View cart",
                    href="/cart",
                    class_name=f"{SECONDARY_BUTTON} mt-3 w-full",
                    on_click=close_dialogs(),
                ),
                class_name="shrink-0 border-t border-line bg-white p-5",
            ),
        ),
        id="cart-drawer",
        aria_labelledby="cart-title",
        class_name="drawer drawer-right",
        custom_attrs={"data-testid": "cart-drawer"},
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
