"""The cart on a page of its own."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import alert, empty_state, icon, link, skeleton
from webapp.components.coupon_box import coupon_box
from webapp.components.layout import page
from webapp.components.order_summary import (
    cart_line,
    new_prices_notice,
    stale_cart_notice,
)
from webapp.session import Session
from webapp.state.basket import Basket
from webapp.theme import PAGE, PANEL, PRIMARY_BUTTON, SUBHEADING, TEXT_LINK, TITLE


def cart() -> rx.Component:
    return page(
        rx.el.div(
            rx.el.h1("Your cart", class_name=TITLE),
            rx.el.div(
                alert(Basket.error),
                stale_cart_notice(),
                new_prices_notice(),
                class_name="mt-6 space-y-3 empty:hidden",
            ),
            rx.cond(
                Basket.loaded,
                rx.cond(Basket.lines.length() > 0, _content(), _empty()),
                rx.cond(Basket.error == "", _loading()),
            ),
            class_name=f"{PAGE} py-10 sm:py-14",
        ),
        drawer=False,
    )


def _content() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.ul(rx.foreach(Basket.lines, cart_line), class_name="divide-y divide-line"),
            rx.el.div(
                link(
                    "Continue shopping",
                    href="/products",
                    class_name=TEXT_LINK,
                ),
                class_name="border-t border-line pt-6",
            ),
        ),
        rx.el.aside(
            rx.el.h2("Summary", class_name=SUBHEADING),
            rx.el.dl(
                rx.el.div(
                    rx.el.dt("Subtotal", class_name="text-muted"),
                    rx.el.dd(
                        Basket.subtotal,
                        class_name="text-xl font-semibold tabular-nums",
                        custom_attrs={"data-testid": "cart-subtotal"},
                    ),
                    class_name="flex items-baseline justify-between",
                ),
                rx.cond(
                    Basket.coupon.discount != "",
                    rx.el.div(
                        rx.el.dt("Discount", class_name="text-muted"),
                        rx.el.dd(
                            Basket.coupon.discount,
                            class_name="tabular-nums text-pine",
                            custom_attrs={"data-testid": "cart-discount"},
                        ),
                        class_name="mt-2 flex items-baseline justify-between",
                    ),
                ),
                class_name="mt-5",
            ),
            rx.el.p(
                "Delivery is added in the next step, before you pay.",
                class_name="mt-2 text-sm text-muted",
            ),
            rx.el.div(coupon_box(), class_name="mt-5 border-t border-line pt-5"),
            rx.cond(
                Basket.has_problems,
                rx.el.p(
                    "Change what is marked before you go on.",
                    class_name="mt-4 text-[15px] text-clay",
                ),
            ),
            link("Go to checkout", href="/checkout", class_name=f"{PRIMARY_BUTTON} mt-6 w-full"),
            rx.cond(
                Session.signed_in,
                rx.fragment(),
                rx.el.p(
                    "You sign in on the way, or open an account.",
                    class_name="mt-3 text-center text-sm text-muted",
                ),
            ),
            rx.el.p(
                icon("lock", 16),
                "Your card goes straight to the payment provider",
                class_name="mt-6 flex items-center justify-center gap-2 text-sm text-muted",
            ),
            aria_label="Summary",
            class_name=f"{PANEL} p-6 sm:p-8 lg:sticky lg:top-40 lg:self-start",
        ),
        class_name="mt-8 grid gap-10 lg:grid-cols-[1fr_24rem] lg:gap-16",
    )


def _empty() -> rx.Component:
    return empty_state(
        "shopping-bag",
        "Your cart is empty",
        "Find something you like and it waits for you here, also after you sign in.",
        link("Discover products", href="/products", class_name=PRIMARY_BUTTON),
    )


def _loading() -> rx.Component:
    return rx.el.div(
        *(skeleton("h-28 rounded-2xl") for _ in range(3)),
        role="status",
        class_name="mt-8 space-y-5 lg:max-w-3xl",
    )
