"""What an address without a page shows."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import link
from webapp.components.header import search_box
from webapp.components.layout import page
from webapp.theme import PAGE, PRIMARY_BUTTON, SECONDARY_BUTTON


def not_found_content() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "404",
            class_name="font-display text-[6.5rem] leading-none tracking-[-0.05em] text-edge "
            "sm:text-[9rem]",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.h1(
            "This page is not on our shelves",
            class_name="mt-2 font-display text-3xl tracking-[-0.02em] sm:text-4xl",
        ),
        rx.el.p(
            "It may have moved or sold out for good. Search for it, or start again from the top.",
            class_name="mx-auto mt-4 max-w-md text-muted",
        ),
        search_box("mx-auto mt-8 w-full max-w-md", name="search-missing", label="Search for it"),
        rx.el.div(
            link("Home page", href="/", class_name=PRIMARY_BUTTON),
            link("All products", href="/products", class_name=SECONDARY_BUTTON),
            class_name="mt-8 flex flex-wrap justify-center gap-3",
        ),
        class_name=f"{PAGE} py-20 text-center sm:py-28",
    )


def not_found() -> rx.Component:
    return page(not_found_content())
