"""Lines and totals of a cart or an order."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.cart_views import Line
from webapp.components.controls import icon, link, notice, picture, stepper
from webapp.scripts import close_dialogs
from webapp.state.basket import Basket
from webapp.theme import FOCUS, SMALL_BUTTON

_THUMB = "relative size-20 shrink-0 overflow-hidden rounded-xl bg-sand sm:size-24"


def cart_line(line: rx.Var[Line]) -> rx.Component:
    """A line of the cart that can be changed."""
    return rx.el.li(
        link(
            picture(line.image, "", size=192),
            href=line.href,
            class_name=f"{_THUMB} {FOCUS}",
            on_click=close_dialogs(),
            aria_label=line.title,
            custom_attrs={"tabIndex": -1},
        ),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    link(
                        line.title,
                        href=line.href,
                        class_name="font-semibold leading-snug text-ink hover:underline "
                        f"underline-offset-4 rounded-sm {FOCUS}",
                        on_click=close_dialogs(),
                    ),
                    rx.cond(
                        line.options != "",
                        rx.el.p(line.options, class_name="mt-0.5 text-sm text-muted"),
                    ),
                    class_name="min-w-0",
                ),
                rx.el.p(line.total, class_name="font-semibold tabular-nums"),
                class_name="flex justify-between gap-4",
            ),
            rx.cond(
                line.problem != "",
                rx.el.p(
                    icon("circle-alert", 16, "mt-0.5 shrink-0"),
                    line.problem,
                    role="alert",
                    class_name="flex gap-1.5 text-sm text-clay",
                ),
            ),
            rx.el.div(
                stepper(
                    "Quantity of " + line.title,
                    line.quantity,
                    Basket.change(line.id, line.quantity - 1),
                    Basket.change(line.id, line.quantity + 1),
                    fewest=line.quantity <= 1,
                    most=line.quantity >= line.most,
                    busy=Basket.busy,
                ),
                rx.el.button(
                    "Remove",
                    type="button",
                    on_click=Basket.change(line.id, 0),
                    disabled=Basket.busy,
                    aria_label="Remove " + line.title,
                    class_name="rounded-sm px-1 py-2 text-sm text-muted underline cursor-pointer "
                    f"decoration-edge/40 underline-offset-4 hover:text-ink {FOCUS}",
                ),
                class_name="flex items-center justify-between gap-3",
            ),
            class_name="flex min-w-0 flex-1 flex-col justify-between gap-3",
        ),
        class_name="flex gap-4 py-6 first:pt-0",
        custom_attrs={"data-testid": "cart-line"},
    )


def new_prices_notice() -> rx.Component:
    """Where prices have changed: one button accepts them all."""
    return rx.cond(
        Basket.has_new_prices,
        rx.el.div(
            rx.el.p(
                icon("tag", 18, "mt-0.5 shrink-0"),
                "Prices have changed since you chose these.",
                class_name="flex gap-3",
            ),
            rx.el.button(
                "Go on with the new prices",
                type="button",
                on_click=Basket.accept_prices,
                disabled=Basket.busy,
                class_name=SMALL_BUTTON,
            ),
            role="status",
            class_name="flex flex-wrap items-center justify-between gap-3 rounded-2xl "
            "bg-honey-soft px-4 py-3 text-[15px] text-honey",
        ),
    )


def stale_cart_notice() -> rx.Component:
    return notice(
        rx.cond(
            Basket.live, "", "Prices and stock can't be checked right now. These are from before."
        )
    )


def order_line(line: rx.Var[Line], *, extra: Any = None) -> rx.Component:
    """A line that stands fast; ``extra`` stands below it."""
    return rx.el.li(
        rx.el.div(
            picture(line.image, "", size=128),
            class_name="relative size-16 shrink-0 overflow-hidden rounded-xl bg-sand",
        ),
        rx.el.div(
            rx.el.p(line.title, class_name="text-[15px] font-semibold leading-snug"),
            rx.cond(line.options != "", rx.el.p(line.options, class_name="text-sm text-muted")),
            rx.el.p(
                line.quantity,
                " × ",
                line.unit_price,
                class_name="text-sm text-muted tabular-nums",
            ),
            extra if extra is not None else rx.fragment(),
            class_name="min-w-0 flex-1",
        ),
        rx.el.p(line.total, class_name="text-[15px] font-semibold tabular-nums"),
        class_name="flex gap-4 py-4 first:pt-0",
        custom_attrs={"data-testid": "order-line"},
    )


def total_row(label: str, value: Any, class_name: str = "text-[15px]") -> rx.Component:
    return rx.cond(
        value != "",
        rx.el.div(
            rx.el.dt(label, class_name="text-muted"),
            rx.el.dd(value, class_name="tabular-nums"),
            class_name=f"flex justify-between gap-4 {class_name}",
        ),
    )


def totals(sums: Any) -> rx.Component:
    """``sums``: a Sum."""
    return rx.el.dl(
        total_row("Subtotal", sums.subtotal),
        total_row("Delivery", sums.shipping),
        total_row("Discount", sums.discount),
        total_row("Tax", sums.tax),
        rx.el.div(
            rx.el.dt("Total", class_name="text-lg font-semibold"),
            rx.el.dd(
                rx.el.span(sums.total, class_name="text-xl font-semibold tabular-nums"),
                rx.cond(
                    sums.included_tax != "",
                    rx.el.span(
                        "including ",
                        sums.included_tax,
                        " VAT",
                        class_name="block text-[13px] text-muted",
                    ),
                ),
                class_name="text-right",
                custom_attrs={"data-testid": "order-total"},
            ),
            class_name="flex items-baseline justify-between gap-4 border-t border-line pt-4",
        ),
        class_name="space-y-2.5",
    )
