"""Where a coupon is entered, and the one that is in force."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon
from webapp.state.basket import Basket
from webapp.theme import FIELD, FOCUS, SMALL_BUTTON


def coupon_box(
    on_apply: Any = Basket.apply_coupon, on_remove: Any = Basket.remove_coupon
) -> rx.Component:
    return rx.el.div(
        rx.cond(Basket.coupon.code != "", _in_force(on_remove), _form(on_apply)),
        custom_attrs={"data-testid": "coupon"},
    )


def _in_force(on_remove: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            icon("ticket-percent", 20, "shrink-0"),
            rx.el.div(
                rx.el.p(Basket.coupon.code, class_name="font-semibold break-all"),
                rx.cond(
                    Basket.coupon.problem != "",
                    rx.el.p(Basket.coupon.problem, role="alert", class_name="text-sm"),
                    rx.el.p(Basket.coupon.description, class_name="text-sm empty:hidden"),
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.el.button(
                "Remove",
                type="button",
                on_click=on_remove,
                disabled=Basket.busy,
                aria_label="Remove the coupon " + Basket.coupon.code,
                class_name="rounded-sm text-sm underline underline-offset-4 cursor-pointer "
                f"{FOCUS}",
            ),
            class_name="flex items-start gap-3",
        ),
        class_name=rx.cond(
            Basket.coupon.problem != "",
            "bg-clay-soft text-clay ",
            "bg-pine-soft text-pine ",
        )
        + "rounded-2xl px-4 py-3",
    )


def _form(on_apply: Any) -> rx.Component:
    return rx.el.form(
        rx.el.label("Coupon code", html_for="code", class_name="mb-1.5 block text-sm font-medium"),
        rx.el.div(
            rx.el.input(
                id="code",
                name="code",
                type="text",
                auto_complete="off",
                auto_capitalize="characters",
                max_length=60,
                aria_invalid=rx.cond(Basket.coupon_error != "", "true", "false"),
                class_name=f"{FIELD} !h-10 min-w-0 flex-1 uppercase placeholder:normal-case",
            ),
            rx.el.button(
                "Apply", type="submit", disabled=Basket.busy, class_name=f"{SMALL_BUTTON} shrink-0"
            ),
            class_name="flex gap-2",
        ),
        rx.cond(
            Basket.coupon_error != "",
            rx.el.p(Basket.coupon_error, role="alert", class_name="mt-2 text-sm text-clay"),
        ),
        id="coupon-form",
        on_submit=on_apply,
        no_validate=True,
    )
