"""Sign in, register, the account and the order history."""

from __future__ import annotations

import reflex as rx

from webapp.components.account_shell import account_page
from webapp.components.controls import (
    alert,
    button_label,
    empty_state,
    error_state,
    icon,
    link,
    notice,
    picture,
    skeleton,
    tag,
)
from webapp.components.forms import field
from webapp.components.layout import page
from webapp.order_views import OrderRow
from webapp.session import Session
from webapp.state.account import SHORTEST_PASSWORD, Account, Door
from webapp.state.shop import Shop
from webapp.theme import (
    FOCUS,
    PAGE,
    PANEL,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SUBHEADING,
    TEXT_LINK,
    TITLE,
)


def _door(title: str, lead: str, form: rx.Component, question: str, answer: str) -> rx.Component:
    return page(
        rx.el.div(
            rx.el.div(
                rx.el.h1(title, class_name=TITLE),
                rx.el.p(lead, class_name="mt-3 text-muted"),
                rx.el.div(
                    notice(
                        rx.cond(
                            Door.for_checkout,
                            "Your cart is kept. It continues with the checkout right after.",
                            "",
                        ),
                        "shopping-bag",
                    ),
                    class_name="mt-6 empty:hidden",
                ),
                form,
                rx.el.p(
                    question,
                    " ",
                    link(answer, href=Door.other_page, class_name=TEXT_LINK),
                    class_name="mt-8 border-t border-line pt-6 text-[15px] text-ink-soft",
                ),
                class_name=f"{PANEL} mx-auto max-w-lg p-6 shadow-card sm:p-10",
            ),
            class_name=f"{PAGE} py-10 sm:py-20",
        )
    )


def _email_field() -> rx.Component:
    return field(
        "email",
        "E-mail",
        wrong=Door.wrong,
        type="email",
        auto_complete="email",
        default_value=Door.typed_email,
        max_length=254,
    )


def _submit(text: str, busy_text: str) -> rx.Component:
    return rx.el.button(
        button_label(text, Door.busy, busy_text),
        type="submit",
        disabled=Door.busy,
        class_name=f"{PRIMARY_BUTTON} w-full",
    )


def sign_in() -> rx.Component:
    form = rx.el.form(
        alert(Door.error),
        _email_field(),
        field(
            "password",
            "Password",
            wrong=Door.wrong,
            type="password",
            auto_complete="current-password",
            max_length=1024,
        ),
        rx.el.p(
            link("Forgot your password?", href="/account/forgot", class_name=TEXT_LINK),
            class_name="!mt-3 text-[15px]",
        ),
        _submit("Sign in", "Signing in…"),
        on_submit=Door.sign_in,
        no_validate=True,
        class_name="mt-8 space-y-5",
    )
    return _door(
        "Welcome back",
        "Sign in to see your orders and check out faster.",
        form,
        "New here?",
        "Create an account",
    )


def register() -> rx.Component:
    form = rx.el.form(
        alert(Door.error),
        field(
            "name",
            "Name",
            wrong=Door.wrong,
            type="text",
            auto_complete="name",
            default_value=Door.typed_name,
            max_length=120,
        ),
        _email_field(),
        field(
            "password",
            "Password",
            wrong=Door.wrong,
            hint=f"At least {SHORTEST_PASSWORD} characters. A short sentence works well.",
            type="password",
            auto_complete="new-password",
            max_length=1024,
        ),
        _submit("Create account", "Creating your account…"),
        on_submit=Door.register,
        no_validate=True,
        class_name="mt-8 space-y-5",
    )
    return _door(
        "Create your account",
        "For your orders, addresses and a quicker checkout.",
        form,
        "Already have an account?",
        "Sign in",
    )


def account() -> rx.Component:
    return account_page(
        "/account",
        rx.fragment("Hello", rx.cond(Session.first_name != "", ", " + Session.first_name, "")),
        rx.el.p("Signed in as ", Session.email, class_name="mt-2 text-muted"),
        _orders("Your latest orders"),
        aside=rx.el.button(
            icon("log-out", 18),
            "Sign out",
            type="button",
            on_click=Shop.sign_out,
            class_name=SECONDARY_BUTTON,
        ),
    )


def orders() -> rx.Component:
    return account_page("/account/orders", "Your orders", _orders(""))


def _orders(title: str) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name=f"{SUBHEADING} mb-5") if title else None,
        rx.cond(
            Account.error != "",
            error_state(Account.error, Account.load),
            rx.cond(
                Account.loading,
                rx.el.div(
                    *(skeleton("h-28 rounded-3xl") for _ in range(3)), class_name="space-y-4"
                ),
                rx.cond(
                    Account.orders.length() > 0,
                    rx.fragment(
                        rx.el.ul(rx.foreach(Account.orders, _order_row), class_name="space-y-4"),
                        rx.cond(
                            Account.has_more,
                            rx.el.div(
                                rx.el.button(
                                    button_label(
                                        "Show earlier orders", Account.loading_more, "Loading…"
                                    ),
                                    type="button",
                                    on_click=Account.load_more,
                                    disabled=Account.loading_more,
                                    class_name=SECONDARY_BUTTON,
                                ),
                                class_name="mt-8 flex justify-center",
                            ),
                        ),
                    ),
                    empty_state(
                        "package",
                        "No orders yet",
                        "When you order something, you follow it here.",
                        link("Discover products", href="/products", class_name=PRIMARY_BUTTON),
                    ),
                ),
            ),
        ),
        class_name="mt-10",
    )


def _order_row(order: rx.Var[OrderRow]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.div(
                picture(order.image, "", size=128),
                class_name="size-16 shrink-0 overflow-hidden rounded-xl bg-sand sm:size-20",
            ),
            rx.el.div(
                rx.el.p("Order ", order.number, class_name="font-semibold"),
                rx.el.p(
                    order.placed,
                    " · ",
                    order.item_count,
                    class_name="mt-0.5 text-[15px] text-muted",
                ),
                rx.el.p(tag(order.status, order.tone), class_name="mt-2"),
                class_name="min-w-0 flex-1",
            ),
            rx.el.div(
                rx.el.p(order.total, class_name="font-semibold tabular-nums"),
                icon("chevron-right", 20, "text-edge"),
                class_name="flex items-center gap-3",
            ),
            href=order.href,
            class_name=f"{PANEL} flex items-center gap-4 p-4 transition-shadow hover:shadow-card "
            f"sm:gap-6 sm:p-5 {FOCUS}",
        ),
        custom_attrs={"data-testid": "order-row"},
    )
