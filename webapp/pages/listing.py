"""Product lists: all products, a category, the results of a search."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import (
    breadcrumbs,
    button_label,
    empty_state,
    error_state,
    icon,
    link,
)
from webapp.components.filters import filter_drawer, filters
from webapp.components.layout import page
from webapp.components.product_grid import product_grid, skeleton_grid
from webapp.components.search_answer import nearest, understanding
from webapp.components.search_box import search_box
from webapp.pages.not_found import not_found_content
from webapp.scripts import open_dialog
from webapp.state.catalogue import Catalogue
from webapp.state.facets import Chip
from webapp.theme import (
    FOCUS,
    PAGE,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    SMALL_BUTTON,
    TITLE,
)
from webapp.views import Crumb

_BLANK = "\N{NO-BREAK SPACE}"


def listing() -> rx.Component:
    return _page(_head())


def search_results() -> rx.Component:
    return _page(_search_head())


def _page(head: rx.Component) -> rx.Component:
    return page(
        rx.cond(
            Catalogue.missing,
            not_found_content(),
            rx.el.div(
                head,
                rx.el.div(
                    rx.el.aside(
                        filters("side"),
                        aria_label="Filters",
                        class_name=rx.cond(
                            Catalogue.loading | Catalogue.can_filter, "lg:block ", ""
                        )
                        + "hidden w-60 shrink-0 xl:w-64",
                    ),
                    rx.el.section(
                        rx.el.h2("Products", class_name="sr-only"),
                        _toolbar(),
                        _results(),
                        aria_label="Products",
                        aria_busy=rx.cond(Catalogue.loading | Catalogue.refining, "true", "false"),
                        class_name="min-w-0 flex-1",
                    ),
                    class_name="mt-8 flex gap-12 lg:mt-10",
                ),
                filter_drawer(),
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
        rx.el.h1(Catalogue.title, class_name=f"mt-4 {TITLE} break-words"),
        rx.cond(
            Catalogue.children.length() > 0,
            rx.el.ul(
                rx.foreach(Catalogue.children, sibling),
                class_name="no-scrollbar -mx-4 mt-5 flex gap-2 overflow-x-auto px-4 pb-1 "
                "sm:mx-0 sm:flex-wrap sm:px-0",
            ),
        ),
    )


def _search_head() -> rx.Component:
    return rx.el.div(
        breadcrumbs(Catalogue.crumbs),
        rx.el.p(
            rx.cond(Catalogue.is_search & (Catalogue.query == ""), _BLANK, "Results for"),
            class_name="mt-5 text-[15px] text-muted",
        ),
        rx.el.h1(
            # What stands here before the search is known would be another page's title.
            rx.cond(Catalogue.is_search, Catalogue.title, _BLANK),
            class_name=f"mt-1 {TITLE} break-words",
        ),
        understanding(),
    )


def _toolbar() -> rx.Component:
    def chip(item: rx.Var[Chip]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                item.label,
                icon("x", 15),
                type="button",
                on_click=Catalogue.remove(item.kind, item.value),
                aria_label="Remove filter " + item.label,
                class_name="inline-flex h-9 items-center gap-1.5 whitespace-nowrap rounded-full "
                "bg-pine-soft px-3.5 text-sm font-medium text-pine cursor-pointer "
                f"hover:bg-pine/20 {FOCUS}",
            )
        )

    return rx.el.div(
        rx.el.div(
            rx.el.p(
                rx.cond(Catalogue.loading, "Loading…", Catalogue.summary),
                rx.cond(
                    Catalogue.answer.by_words & ~Catalogue.loading,
                    rx.el.span(
                        rx.cond(Catalogue.summary != "", " · ", ""),
                        "found by words only",
                        title="Search by meaning is taking a short break.",
                        custom_attrs={"data-testid": "by-words"},
                    ),
                ),
                id="summary",
                role="status",
                class_name="text-[15px] text-muted tabular-nums outline-none",
                custom_attrs={"data-testid": "result-summary", "tabIndex": -1},
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
                class_name=rx.cond(Catalogue.loading | Catalogue.can_filter, "flex ", "hidden ")
                + "order-first w-full items-center gap-2 sm:order-none sm:w-auto",
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
                        class_name="h-9 whitespace-nowrap rounded-full px-3 text-sm text-muted "
                        f"underline underline-offset-4 cursor-pointer hover:text-ink {FOCUS}",
                    )
                ),
                aria_label="Filters in force",
                class_name="no-scrollbar -mx-4 mt-3 flex gap-2 overflow-x-auto px-4 py-1 "
                "sm:mx-0 sm:flex-wrap sm:px-0",
            ),
        ),
        class_name="mb-7",
    )


def _results() -> rx.Component:
    return rx.cond(
        Catalogue.loading,
        skeleton_grid(6, columns=3),
        rx.cond(
            Catalogue.items.length() > 0,
            rx.el.div(
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
                class_name=rx.cond(Catalogue.refining, "opacity-50 ", "")
                + "transition-opacity duration-150",
            ),
            rx.cond(
                Catalogue.error != "",
                error_state(Catalogue.error, Catalogue.load),
                rx.cond(Catalogue.answer.nearest.cards.length() > 0, nearest(), _empty()),
            ),
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
