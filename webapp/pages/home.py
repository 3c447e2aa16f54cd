"""The home page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import error_state, icon, link, more_link, picture, skeleton
from webapp.components.layout import page
from webapp.components.product_grid import product_grid, skeleton_grid
from webapp.state.home import Home
from webapp.theme import FOCUS, HEADING, PAGE, PRIMARY_BUTTON, SECONDARY_BUTTON
from webapp.views import Card, Department

# Where the four pictures of the hero stand.
_HERO_PLACES = (
    "rotate-[-4deg] mt-10",
    "rotate-[3deg]",
    "rotate-[2deg]",
    "rotate-[-3deg] -mt-10",
)


def home() -> rx.Component:
    return page(
        _hero(),
        rx.cond(
            Home.error != "",
            rx.el.div(error_state(Home.error, Home.load), class_name=PAGE),
            rx.el.div(
                _departments(),
                _row("Popular right now", "popular", Home.popular, "/products", Home.loading),
                _promises(),
                _row("New arrivals", "new", Home.newest, "/products?sort=newest", Home.loading),
                class_name=f"{PAGE} space-y-20 pt-16 sm:space-y-28 sm:pt-24",
            ),
        ),
    )


def _hero() -> rx.Component:
    def place(index: int, classes: str) -> rx.Component:
        return rx.el.div(
            rx.cond(
                Home.showcase.length() > index,
                _hero_picture(Home.showcase[index]),
                rx.cond(Home.loading, skeleton("aspect-square rounded-[1.75rem]")),
            ),
            class_name=f"{classes} motion-safe:transition-transform duration-500 "
            "hover:rotate-0 hover:z-10",
        )

    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h1(
                    "Good things,",
                    rx.el.br(),
                    "honestly priced.",
                    class_name="font-display text-[2.9rem] leading-[1.02] tracking-[-0.03em] "
                    "sm:text-6xl xl:text-7xl",
                ),
                rx.el.p(
                    "Say what you need in your own words and find it. On every page you see what "
                    "other shops ask for the same thing.",
                    class_name="mt-6 max-w-lg text-lg leading-relaxed text-ink-soft",
                ),
                rx.el.div(
                    link("Shop everything", href="/products", class_name=PRIMARY_BUTTON),
                    link(
                        "Gift ideas",
                        href="/search?q=a+small+gift+for+a+friend",
                        class_name=f"{SECONDARY_BUTTON} !bg-transparent",
                    ),
                    class_name="mt-9 flex flex-wrap gap-3",
                ),
                class_name="py-14 sm:py-20 lg:py-28",
            ),
            rx.el.div(
                *(place(index, classes) for index, classes in enumerate(_HERO_PLACES)),
                class_name="mx-auto grid w-full max-w-xl grid-cols-2 gap-4 pb-14 sm:gap-6 lg:py-12",
            ),
            class_name=f"{PAGE} grid items-center gap-x-12 lg:grid-cols-[1.05fr_1fr]",
        ),
        class_name="overflow-hidden bg-gradient-to-br from-[#F6EFE0] via-[#F4EDE3] to-[#E3EEE8]",
    )


def _hero_picture(card: rx.Var[Card]) -> rx.Component:
    return link(
        picture(card.image, card.title, eager=True),
        href=card.href,
        class_name="block aspect-square overflow-hidden rounded-[1.75rem] bg-white shadow-card "
        f"{FOCUS}",
    )


def _departments() -> rx.Component:
    def tile(top: rx.Var[Department]) -> rx.Component:
        return rx.el.li(
            link(
                rx.el.div(
                    rx.cond(
                        top.image != "",
                        rx.el.img(
                            src=top.image,
                            alt="",
                            width="320",
                            height="320",
                            loading="lazy",
                            class_name="size-full object-cover mix-blend-multiply transition-"
                            "transform duration-500 group-hover:scale-105 "
                            "motion-reduce:transform-none",
                        ),
                    ),
                    class_name="aspect-[4/3] overflow-hidden rounded-2xl " + top.tint,
                ),
                rx.el.div(
                    rx.el.h3(top.name, class_name="font-semibold leading-snug"),
                    rx.el.p(top.count, class_name="text-sm text-muted"),
                    class_name="pt-3",
                ),
                href=top.href,
                class_name=f"group block rounded-2xl focus-visible:outline-offset-4 {FOCUS}",
            ),
            custom_attrs={"data-testid": "category-tile"},
        )

    grid = "grid grid-cols-2 gap-x-4 gap-y-7 sm:gap-x-6 md:grid-cols-3 lg:grid-cols-4"
    return rx.el.section(
        rx.el.h2("Shop by department", id="departments", class_name=f"{HEADING} mb-7"),
        rx.cond(
            Home.loading,
            rx.el.div(
                *(
                    rx.el.div(
                        skeleton("aspect-[4/3] rounded-2xl"),
                        skeleton("mt-4 h-4 w-1/2 rounded-full"),
                    )
                    for _ in range(8)
                ),
                class_name=grid,
            ),
            rx.el.ul(rx.foreach(Home.tiles, tile), class_name=grid),
        ),
        aria_labelledby="departments",
    )


def _row(title: str, name: str, items: Any, href: str, loading: Any) -> rx.Component:
    return rx.cond(
        loading | (items.length() > 0),
        rx.el.section(
            rx.el.div(
                rx.el.h2(title, id=name, class_name=HEADING),
                more_link("See all", href),
                class_name="mb-7 flex items-end justify-between gap-4",
            ),
            rx.cond(loading, skeleton_grid(4), product_grid(items)),
            aria_labelledby=name,
        ),
    )


def _promises() -> rx.Component:
    def promise(name: str, title: str, text: str) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                icon(name, 22, "text-pine"),
                class_name="flex size-12 shrink-0 items-center justify-center rounded-full "
                "bg-white",
            ),
            rx.el.div(
                rx.el.h3(title, class_name="font-semibold"),
                rx.el.p(text, class_name="mt-1 text-[15px] leading-relaxed text-ink-soft"),
            ),
            class_name="flex gap-4",
        )

    return rx.el.section(
        rx.el.h2("How we do it", class_name="sr-only"),
        rx.el.ul(
            promise(
                "search",
                "Search like you talk",
                "Describe what it is for. The search understands meaning, not only words.",
            ),
            promise(
                "scale",
                "Prices side by side",
                "What other shops ask is on the product page, also where they are cheaper.",
            ),
            promise(
                "package-check",
                "Yours while you pay",
                "From the moment you order, your items are set aside for you.",
            ),
            class_name="grid gap-8 rounded-[2rem] bg-pine-soft p-7 sm:p-10 md:grid-cols-3",
        ),
    )
