"""What slides in from the side: the menu of phones, and the cart."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import alert, empty_state, icon, link
from webapp.components.order_summary import cart_line, new_prices_notice, stale_cart_notice
from webapp.scripts import close_dialogs
from webapp.session import Session
from webapp.state.basket import Basket
from webapp.state.shop import Shop
from webapp.theme import (
    FOCUS,
    ICON_BUTTON,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SUBHEADING,
)
from webapp.views import Department


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


def menu() -> rx.Component:
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
                    rx.cond(
                        Session.is_merchant,
                        link(
                            "Back office",
                            href="/admin",
                            class_name=f"{SECONDARY_BUTTON} mt-2 w-full",
                            on_click=close_dialogs(),
                        ),
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


def cart_drawer() -> rx.Component:
    return rx.el.dialog(
        _dialog_head(
            rx.cond(Basket.count > 0, "Your cart (" + Basket.count.to_string() + ")", "Your cart"),
            "cart-title",
        ),
        rx.el.div(
            alert(Basket.error),
            stale_cart_notice(),
            rx.el.div(new_prices_notice(), class_name="mt-4 empty:hidden"),
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
                    class_name="flex items-baseline justify-between",
                ),
                rx.cond(
                    Basket.coupon.discount != "",
                    rx.el.div(
                        rx.el.span("Coupon ", Basket.coupon.code, class_name="text-muted"),
                        rx.el.span(Basket.coupon.discount, class_name="tabular-nums text-pine"),
                        class_name="mt-1 flex items-baseline justify-between text-[15px]",
                    ),
                ),
                link(
                    "Go to checkout",
                    href="/checkout",
                    class_name=f"{PRIMARY_BUTTON} mt-4 w-full",
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
