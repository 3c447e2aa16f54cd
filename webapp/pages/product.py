"""The page of one product."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import (
    alert,
    anchor,
    breadcrumbs,
    button_label,
    error_state,
    icon,
    picture,
    skeleton,
    stepper,
)
from webapp.components.layout import page
from webapp.components.price_comparison import price_comparison
from webapp.components.product_grid import product_grid
from webapp.components.reviews import reviews
from webapp.components.stars import rating
from webapp.pages.not_found import not_found_content
from webapp.state.product import Fact, Photo, Product
from webapp.theme import FOCUS, HEADING, PAGE, PRIMARY_BUTTON, TEXT_LINK
from webapp.variants import Choice, Option


def product() -> rx.Component:
    return page(
        rx.cond(
            Product.missing,
            not_found_content(),
            rx.cond(
                Product.error != "",
                rx.el.div(error_state(Product.error, Product.load), class_name=PAGE),
                rx.cond(Product.loading, _loading(), _content()),
            ),
        )
    )


def _content() -> rx.Component:
    return rx.el.div(
        breadcrumbs(Product.crumbs),
        rx.el.div(
            _gallery(),
            rx.el.div(
                _heading(),
                _options(),
                _purchase(),
                _description(),
                class_name="lg:py-2",
            ),
            class_name="mt-5 grid gap-8 lg:grid-cols-[1.1fr_1fr] lg:gap-16",
        ),
        price_comparison(),
        reviews(),
        _similar(),
        class_name=f"{PAGE} pt-6 sm:pt-8",
    )


def _gallery() -> rx.Component:
    def thumb(photo: rx.Var[Photo], index: rx.Var[int]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                picture(photo.url, "", size=128),
                type="button",
                on_click=Product.show_photo(index),
                aria_label="Show picture " + (index + 1).to_string(),
                aria_pressed=rx.cond(Product.shown == index, "true", "false"),
                class_name=rx.cond(
                    Product.shown == index,
                    "ring-2 ring-pine ring-offset-2 ring-offset-paper ",
                    "opacity-75 hover:opacity-100 ",
                )
                + f"block size-16 overflow-hidden rounded-xl bg-sand cursor-pointer sm:size-20 "
                f"{FOCUS}",
            )
        )

    return rx.el.div(
        rx.el.div(
            picture(Product.photo.url, Product.photo.alt, eager=True, size=900),
            rx.cond(
                Product.off != "",
                rx.el.span(
                    Product.off,
                    class_name="absolute left-4 top-4 rounded-full bg-clay px-3 py-1.5 text-sm "
                    "font-semibold text-white",
                ),
            ),
            class_name="relative aspect-square overflow-hidden rounded-3xl bg-sand",
        ),
        rx.cond(
            Product.photos.length() > 1,
            rx.el.ul(
                rx.foreach(Product.photos, thumb),
                class_name="no-scrollbar -mx-1 mt-4 flex gap-3 overflow-x-auto p-1",
            ),
        ),
        class_name="lg:sticky lg:top-40 lg:self-start",
    )


def _heading() -> rx.Component:
    return rx.el.div(
        rx.cond(Product.brand != "", rx.el.p(Product.brand, class_name="text-[15px] text-muted")),
        rx.el.h1(
            Product.title,
            class_name="mt-1 font-display text-[2rem] leading-[1.12] tracking-[-0.02em] "
            "sm:text-[2.5rem]",
        ),
        rx.cond(
            Product.rating.average != "",
            anchor(
                rating(Product.rating, "text-[15px]"),
                href="#reviews",
                class_name=f"mt-3 inline-flex rounded-sm hover:underline {FOCUS}",
            ),
        ),
        rx.el.p(
            rx.el.span(
                Product.price,
                class_name=rx.cond(Product.off != "", "text-clay ", "")
                + "text-2xl font-semibold tabular-nums",
                custom_attrs={"data-testid": "price"},
            ),
            rx.cond(
                Product.was != "",
                rx.el.s(
                    rx.el.span("instead of ", class_name="sr-only"),
                    Product.was,
                    class_name="text-lg text-muted tabular-nums",
                ),
            ),
            class_name="mt-5 flex flex-wrap items-baseline gap-3",
        ),
        rx.cond(
            Product.comparison.headline != "",
            anchor(
                icon("scale", 16, "shrink-0"),
                Product.comparison.headline,
                href="#other-shops",
                class_name=f"mt-2 inline-flex items-center gap-2 text-[15px] {TEXT_LINK}",
            ),
        ),
    )


def _options() -> rx.Component:
    def choice(item: rx.Var[Choice]) -> rx.Component:
        return rx.el.button(
            rx.cond(
                item.swatch != "",
                rx.el.span(
                    style={"background": item.swatch},
                    class_name="size-4.5 rounded-full border border-black/15",
                ),
            ),
            item.value,
            type="button",
            on_click=Product.choose_option(item.option, item.value),
            aria_pressed=rx.cond(item.selected, "true", "false"),
            aria_label=rx.cond(item.sold_out, item.value + ", sold out", item.value),
            class_name=rx.cond(
                item.sold_out, "text-muted line-through decoration-edge/60 ", "text-ink "
            )
            + rx.cond(
                item.selected,
                "border-pine bg-pine-soft ring-1 ring-pine ",
                "border-edge/50 bg-white hover:border-ink ",
            )
            + "inline-flex h-11 min-w-11 items-center justify-center gap-2 rounded-full border "
            f"px-4 text-[15px] font-medium cursor-pointer transition-colors {FOCUS}",
        )

    def option(item: rx.Var[Option]) -> rx.Component:
        return rx.el.fieldset(
            rx.el.legend(
                rx.el.span(item.name, class_name="font-semibold"),
                rx.el.span(": ", item.value, class_name="text-muted"),
                class_name="mb-3 text-[15px]",
            ),
            rx.el.div(rx.foreach(item.choices, choice), class_name="flex flex-wrap gap-2.5"),
        )

    return rx.cond(
        Product.options.length() > 0,
        rx.el.div(rx.foreach(Product.options, option), class_name="mt-8 space-y-6"),
    )


def _purchase() -> rx.Component:
    tone = rx.match(
        Product.stock_tone,
        ("in", "text-pine"),
        ("low", "text-honey"),
        "text-clay",
    ).to(str)
    dot = rx.match(Product.stock_tone, ("in", "bg-pine"), ("low", "bg-honey"), "bg-clay").to(str)
    return rx.el.div(
        rx.el.p(
            rx.el.span(class_name=dot + " size-2 rounded-full"),
            Product.stock,
            role="status",
            class_name=tone + " mb-4 flex items-center gap-2.5 text-[15px] font-medium",
            custom_attrs={"data-testid": "stock"},
        ),
        rx.el.div(
            rx.cond(
                Product.sold_out,
                rx.fragment(),
                stepper(
                    "Quantity",
                    Product.quantity,
                    Product.change_quantity(-1),
                    Product.change_quantity(1),
                    fewest=Product.quantity <= 1,
                    most=Product.quantity >= Product.most,
                    busy=Product.adding,
                ),
            ),
            rx.el.button(
                rx.cond(
                    Product.sold_out,
                    rx.el.span("Sold out"),
                    button_label("Add to cart", Product.adding, "Adding…"),
                ),
                type="button",
                on_click=Product.add_to_cart.throttle(700),
                disabled=Product.sold_out | Product.adding,
                class_name=f"{PRIMARY_BUTTON} min-w-44 flex-1",
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        rx.el.div(alert(Product.add_error), class_name="mt-4 empty:hidden"),
        class_name="mt-9",
    )


def _description() -> rx.Component:
    def fact(item: rx.Var[Fact]) -> rx.Component:
        return rx.el.div(
            rx.el.dt(item.name, class_name="text-muted"),
            rx.el.dd(item.value, class_name="text-right"),
            class_name="flex justify-between gap-6 py-3 text-[15px]",
        )

    return rx.el.div(
        rx.cond(
            Product.description.length() > 0,
            rx.el.div(
                rx.foreach(Product.description, rx.el.p),
                class_name="space-y-3 text-base leading-relaxed text-ink-soft",
            ),
        ),
        rx.cond(
            Product.facts.length() > 0,
            rx.el.div(
                rx.el.h2("Details", class_name="text-base font-semibold"),
                rx.el.dl(
                    rx.foreach(Product.facts, fact),
                    class_name="mt-2 divide-y divide-line border-y border-line",
                ),
            ),
        ),
        rx.el.p("Item no. ", Product.sku, class_name="text-sm text-muted"),
        class_name="mt-10 space-y-8 border-t border-line pt-9",
    )


def _similar() -> rx.Component:
    return rx.cond(
        Product.similar.length() > 0,
        rx.el.section(
            rx.el.h2("You might also like", id="similar", class_name=f"{HEADING} mb-7"),
            product_grid(Product.similar),
            aria_labelledby="similar",
            class_name="mt-20",
        ),
    )


def _loading() -> rx.Component:
    return rx.el.div(
        skeleton("h-4 w-48 rounded-full"),
        rx.el.div(
            skeleton("aspect-square rounded-3xl"),
            rx.el.div(
                skeleton("h-4 w-24 rounded-full"),
                skeleton("mt-4 h-10 w-4/5 rounded-full"),
                skeleton("mt-6 h-7 w-32 rounded-full"),
                skeleton("mt-10 h-11 w-2/3 rounded-full"),
                skeleton("mt-10 h-12 w-full rounded-full"),
                skeleton("mt-12 h-32 w-full rounded-2xl"),
                class_name="lg:py-2",
            ),
            class_name="mt-6 grid gap-8 lg:grid-cols-[1.1fr_1fr] lg:gap-16",
        ),
        rx.el.span("Loading the product", class_name="sr-only"),
        role="status",
        class_name=f"{PAGE} pt-6 sm:pt-8",
    )
