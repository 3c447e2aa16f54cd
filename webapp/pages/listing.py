"""Product lists: all products, a category, the results of a search."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import (
    breadcrumbs,
    button_label,
    empty_state,
    error_state,
    icon,
    link,
    notice,
)
from webapp.components.layout import page, search_box
from webapp.components.product_grid import product_grid, skeleton_grid
from webapp.pages.not_found import not_found_content
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.catalogue import Catalogue, Chip, Choice
from webapp.theme import (
    FIELD,
    FOCUS,
    ICON_BUTTON,
    PAGE,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SMALL_BUTTON,
    SUBHEADING,
    TITLE,
)
from webapp.views import Crumb

_OPTION = (
    "flex w-full items-center justify-between gap-3 rounded-lg px-2.5 py-2 text-left text-[15px] "
    "cursor-pointer transition-colors hover:bg-sand " + FOCUS
)


def listing() -> rx.Component:
    return page(
        rx.cond(
            Catalogue.missing,
            not_found_content(),
            rx.el.div(
                _head(),
                rx.el.div(
                    rx.el.aside(
                        _filters("side"),
                        aria_label="Filters",
                        class_name="hidden w-60 shrink-0 lg:block xl:w-64",
                    ),
                    rx.el.section(
                        rx.el.h2("Products", class_name="sr-only"),
                        _toolbar(),
                        _results(),
                        aria_label="Products",
                        aria_busy=rx.cond(Catalogue.loading, "true", "false"),
                        class_name="min-w-0 flex-1",
                    ),
                    class_name="mt-8 flex gap-12 lg:mt-10",
                ),
                _filter_drawer(),
                class_name=f"{PAGE} pt-6 sm:pt-8",
            ),
        )
    )


def _head() -> rx.Component:
    def sibling(crumb: rx.Var[Crumb]) -> rx.Component:
        return rx.el.li(
            link(
                crumb.label,
                href=crumb.href,
                class_name=rx.cond(
                    crumb.label == Catalogue.title,
                    "border-pine bg-pine text-white ",
                    "border-edge/40 bg-white text-ink hover:border-ink ",
                )
                + "inline-flex h-9 items-center whitespace-nowrap rounded-full border px-4 "
                f"text-sm font-medium transition-colors {FOCUS}",
            )
        )

    return rx.el.div(
        breadcrumbs(Catalogue.crumbs),
        rx.cond(
            Catalogue.is_search,
            rx.el.p("Results for", class_name="mt-5 text-[15px] text-muted"),
        ),
        rx.el.h1(
            Catalogue.title,
            class_name=rx.cond(Catalogue.is_search, "mt-1 ", "mt-4 ") + f"{TITLE} break-words",
        ),
        rx.cond(
            Catalogue.children.length() > 0,
            rx.el.ul(
                rx.foreach(Catalogue.children, sibling),
                class_name="no-scrollbar -mx-4 mt-5 flex gap-2 overflow-x-auto px-4 pb-1 "
                "sm:mx-0 sm:flex-wrap sm:px-0",
            ),
        ),
    )


def _toolbar() -> rx.Component:
    def chip(item: rx.Var[Chip]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                item.label,
                icon("x", 15),
                type="button",
                on_click=Catalogue.remove(item.kind, item.label),
                aria_label="Remove filter " + item.label,
                class_name="inline-flex h-9 items-center gap-1.5 rounded-full bg-pine-soft px-3.5 "
                f"text-sm font-medium text-pine cursor-pointer hover:bg-pine/20 {FOCUS}",
            )
        )

    return rx.el.div(
        rx.el.div(
            rx.el.p(
                rx.cond(Catalogue.loading, "Loading…", Catalogue.summary),
                role="status",
                class_name="text-[15px] text-muted tabular-nums",
                custom_attrs={"data-testid": "result-summary"},
            ),
            rx.el.div(
                rx.el.button(
                    icon("sliders-horizontal", 16),
                    "Filter",
                    rx.cond(
                        Catalogue.filter_count > 0,
                        rx.el.span("(", Catalogue.filter_count, ")"),
                    ),
                    type="button",
                    on_click=open_dialog("filters"),
                    aria_haspopup="dialog",
                    class_name=f"{SMALL_BUTTON} flex-1 sm:flex-none lg:hidden",
                ),
                rx.el.label("Sort by", html_for="sort", class_name="sr-only"),
                rx.el.div(
                    rx.el.select(
                        rx.foreach(
                            Catalogue.sorts,
                            lambda choice: rx.el.option(choice.label, value=choice.value),
                        ),
                        id="sort",
                        value=Catalogue.sort,
                        on_change=Catalogue.sort_by,
                        class_name="h-10 w-full appearance-none rounded-full border border-edge/50 "
                        "bg-white pl-5 pr-10 text-sm font-semibold text-ink cursor-pointer "
                        f"hover:border-ink {FOCUS}",
                    ),
                    icon(
                        "chevron-down",
                        16,
                        "pointer-events-none absolute right-4 top-1/2 -translate-y-1/2",
                    ),
                    class_name="relative flex-1 sm:flex-none",
                ),
                class_name="order-first flex w-full items-center gap-2 sm:order-none sm:w-auto",
            ),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        rx.cond(
            Catalogue.chips.length() > 0,
            rx.el.ul(
                rx.foreach(Catalogue.chips, chip),
                rx.el.li(
                    rx.el.button(
                        "Clear all",
                        type="button",
                        on_click=Catalogue.remove("all", ""),
                        class_name="h-9 rounded-full px-3 text-sm text-muted underline "
                        f"underline-offset-4 cursor-pointer hover:text-ink {FOCUS}",
                    )
                ),
                class_name="mt-4 flex flex-wrap gap-2",
            ),
        ),
        rx.el.div(notice(Catalogue.notice), class_name="mt-4 empty:hidden"),
        class_name="mb-7",
    )


def _results() -> rx.Component:
    return rx.cond(
        Catalogue.loading,
        skeleton_grid(6, columns=3),
        rx.cond(
            Catalogue.items.length() > 0,
            rx.fragment(
                product_grid(
                    Catalogue.items,
                    columns=3,
                    on_click=lambda card: Catalogue.clicked(card.id, card.position),
                ),
                rx.cond(
                    Catalogue.has_more,
                    rx.el.div(
                        rx.el.button(
                            button_label("Show more", Catalogue.loading_more, "Loading…"),
                            type="button",
                            on_click=Catalogue.load_more,
                            disabled=Catalogue.loading_more,
                            class_name=SECONDARY_BUTTON,
                        ),
                        class_name="mt-14 flex justify-center",
                    ),
                ),
            ),
            rx.cond(Catalogue.error != "", error_state(Catalogue.error, Catalogue.load), _empty()),
        ),
    )


def _empty() -> rx.Component:
    filtered = empty_state(
        "sliders-horizontal",
        "Nothing fits these filters",
        "Take one away and there will be more to see.",
        rx.el.button(
            "Clear all filters",
            type="button",
            on_click=Catalogue.remove("all", ""),
            class_name=PRIMARY_BUTTON,
        ),
    )
    no_match = empty_state(
        "search-x",
        "We found no good match",
        "We would rather show nothing than things you did not ask for. Try other words, or say "
        "what it should be good for.",
        link("See all products", href="/products", class_name=SECONDARY_BUTTON),
    )
    ask = rx.el.div(
        search_box("mx-auto w-full max-w-md", name="search-here", label="What do you need?"),
        rx.el.p(
            "Describe what you need, for example “something to keep coffee hot on a hike”.",
            class_name="mx-auto mt-4 max-w-md text-center text-muted",
        ),
        class_name="py-16",
    )
    nothing = empty_state(
        "package-open",
        "Nothing here at the moment",
        "This department is being restocked.",
        link("See all products", href="/products", class_name=SECONDARY_BUTTON),
    )
    return rx.cond(
        Catalogue.filter_count > 0,
        filtered,
        rx.cond(Catalogue.is_search, rx.cond(Catalogue.query == "", ask, no_match), nothing),
    )


def _filters(place: str) -> rx.Component:
    """``place`` keeps the ids of the two copies (side, drawer) apart."""
    return rx.el.div(
        _facet("Department", Catalogue.categories, Catalogue.filter_category),
        _facet("Brand", Catalogue.brands, Catalogue.filter_brand),
        _price_filter(place),
        rx.el.button(
            "In stock only",
            rx.el.span(
                rx.el.span(
                    class_name=rx.cond(Catalogue.in_stock, "translate-x-5 ", "translate-x-0 ")
                    + "block size-5 rounded-full bg-white shadow transition-transform"
                ),
                class_name=rx.cond(Catalogue.in_stock, "bg-pine ", "bg-edge ")
                + "block h-6 w-11 rounded-full p-0.5 transition-colors",
            ),
            type="button",
            role="switch",
            aria_checked=rx.cond(Catalogue.in_stock, "true", "false"),
            on_click=Catalogue.toggle_stock,
            class_name="flex w-full items-center justify-between border-t border-line pt-6 "
            f"text-[15px] cursor-pointer {FOCUS}",
        ),
        class_name="space-y-7",
    )


def _facet(title: str, choices: Any, on_choose: Any) -> rx.Component:
    def choice(item: rx.Var[Choice]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                rx.el.span(item.label, class_name="truncate"),
                rx.cond(
                    item.selected,
                    icon("check", 16, "shrink-0"),
                    rx.el.span(item.count, class_name="text-sm text-muted tabular-nums"),
                ),
                type="button",
                on_click=on_choose(item.value),
                aria_pressed=rx.cond(item.selected, "true", "false"),
                class_name=rx.cond(
                    item.selected, "bg-pine-soft font-semibold text-pine ", "text-ink-soft "
                )
                + _OPTION,
            )
        )

    return rx.cond(
        choices.length() > 0,
        rx.el.div(
            rx.el.h2(title, class_name="mb-2 text-sm font-semibold"),
            rx.el.ul(rx.foreach(choices, choice), class_name="-mx-2.5 space-y-0.5"),
        ),
    )


def _price_filter(place: str) -> rx.Component:
    def bound(name: str, label: str, value: Any) -> rx.Component:
        return rx.el.div(
            rx.el.label(label, html_for=f"{place}-{name}", class_name="sr-only"),
            rx.el.input(
                id=f"{place}-{name}",
                name=name,
                type="text",
                input_mode="numeric",
                pattern="[0-9]*",
                placeholder=label,
                default_value=value,
                key=f"{place}-{name}-" + value,
                max_length=7,
                class_name=f"{FIELD} !h-10 !px-3 !text-[15px]",
            ),
            class_name="min-w-0 flex-1",
        )

    return rx.el.form(
        rx.el.h2("Price in €", class_name="mb-2.5 text-sm font-semibold"),
        rx.el.div(
            bound("min", "From", Catalogue.min_price),
            rx.el.span("–", class_name="text-muted", custom_attrs={"aria-hidden": "true"}),
            bound("max", "To", Catalogue.max_price),
            rx.el.button(
                icon("arrow-right", 18),
                type="submit",
                aria_label="Apply price",
                class_name=f"{ICON_BUTTON} !size-10 border border-edge/50",
            ),
            class_name="flex items-center gap-2",
        ),
        on_submit=Catalogue.filter_price,
    )


def _filter_drawer() -> rx.Component:
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2("Filter", id="filters-title", class_name=SUBHEADING),
            rx.el.button(
                icon("x", 22),
                type="button",
                on_click=close_dialogs(),
                aria_label="Close",
                class_name=f"{ICON_BUTTON} -mr-2",
            ),
            class_name="flex h-16 shrink-0 items-center justify-between border-b border-line px-5",
        ),
        rx.el.div(_filters("drawer"), class_name="flex-1 overflow-y-auto p-5"),
        rx.el.div(
            rx.el.button(
                "Show ",
                rx.cond(Catalogue.summary != "", Catalogue.summary, "products"),
                type="button",
                on_click=close_dialogs(),
                class_name=f"{PRIMARY_BUTTON} w-full",
            ),
            class_name="shrink-0 border-t border-line p-5",
        ),
        id="filters",
        aria_labelledby="filters-title",
        class_name="drawer drawer-bottom",
    )
