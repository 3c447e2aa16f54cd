"""Product cards and the grids they stand in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from webapp.components.controls import link, picture, skeleton
from webapp.components.stars import rating
from webapp.theme import FOCUS
from webapp.views import Card

_GRID = "grid grid-cols-2 gap-x-4 gap-y-9 sm:gap-x-6 sm:gap-y-12 {wide}"
_WIDE = {3: "md:grid-cols-3", 4: "md:grid-cols-3 lg:grid-cols-4"}
_BADGE = "absolute left-3 top-3 rounded-full px-2.5 py-1 text-xs font-semibold"


def product_card(card: rx.Var[Card], on_click: Any = None) -> rx.Component:
    events = {} if on_click is None else {"on_click": on_click}
    return rx.el.li(
        link(
            rx.el.div(
                picture(
                    card.image,
                    "",
                    "transition-transform duration-500 ease-out group-hover:scale-[1.045] "
                    "motion-reduce:transform-none",
                ),
                rx.cond(
                    card.sold_out,
                    rx.el.span("Sold out", class_name=f"{_BADGE} bg-white/95 text-ink"),
                    rx.cond(
                        card.off != "",
                        rx.el.span(card.off, class_name=f"{_BADGE} bg-clay text-white"),
                    ),
                ),
                class_name="relative aspect-square overflow-hidden rounded-2xl bg-sand",
            ),
            rx.el.div(
                rx.cond(
                    card.brand != "",
                    rx.el.p(card.brand, class_name="text-[13px] text-muted"),
                ),
                rx.el.h3(
                    card.title,
                    class_name="line-clamp-2 text-[15px] font-semibold leading-snug text-ink "
                    "group-hover:underline decoration-ink/30 underline-offset-4",
                ),
                rating(card.stars),
                rx.el.p(
                    rx.el.span(
                        card.price,
                        class_name=rx.cond(
                            card.off != "", "font-semibold text-clay", "font-semibold text-ink"
                        ),
                    ),
                    rx.cond(
                        card.was != "",
                        rx.el.s(
                            rx.el.span("instead of ", class_name="sr-only"),
                            card.was,
                            class_name="text-sm text-muted",
                        ),
                    ),
                    rx.cond(
                        card.note != "",
                        rx.el.span(card.note, class_name="text-[13px] text-muted"),
                    ),
                    class_name="flex flex-wrap items-baseline gap-x-2 pt-0.5 text-[15px] "
                    "tabular-nums",
                ),
                rx.cond(
                    card.why != "",
                    rx.el.p(
                        card.why,
                        class_name="line-clamp-2 pt-1 text-[12.5px] leading-snug text-muted",
                        custom_attrs={"data-testid": "why"},
                    ),
                ),
                class_name="space-y-1 pt-3.5",
            ),
            href=card.href,
            class_name=f"group block rounded-2xl {FOCUS} focus-visible:outline-offset-4",
            **events,
        ),
        custom_attrs={"data-testid": "product-card"},
    )


def product_grid(
    items: Any, *, columns: int = 4, on_click: Callable[[rx.Var[Card]], Any] | None = None
) -> rx.Component:
    def card(item: rx.Var[Card]) -> rx.Component:
        return product_card(item, on_click(item) if on_click else None)

    return rx.el.ul(rx.foreach(items, card), class_name=_GRID.format(wide=_WIDE[columns]))


def skeleton_grid(count: int, *, columns: int = 4) -> rx.Component:
    return rx.el.div(
        *(
            rx.el.div(
                skeleton("aspect-square rounded-2xl"),
                skeleton("mt-4 h-3 w-1/3 rounded-full"),
                skeleton("mt-2.5 h-4 w-4/5 rounded-full"),
                skeleton("mt-2.5 h-4 w-1/4 rounded-full"),
            )
            for _ in range(count)
        ),
        rx.el.span("Loading products", class_name="sr-only"),
        role="status",
        class_name=_GRID.format(wide=_WIDE[columns]),
    )
