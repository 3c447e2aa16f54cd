"""Filters of a product list: beside it on a desk, in a drawer on a phone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon, skeleton
from webapp.scripts import close_dialogs
from webapp.state.catalogue import Catalogue
from webapp.state.facets import SHOWN_AT_ONCE, AttributeGroup, Choice
from webapp.theme import (
    FIELD,
    FOCUS,
    ICON_BUTTON,
    PRIMARY_BUTTON,
    SUBHEADING,
)

_OPTION = (
    "flex w-full items-center justify-between gap-3 rounded-lg px-2.5 py-2 text-left text-[15px] "
    "cursor-pointer transition-colors hover:bg-sand " + FOCUS
)


def filters(place: str) -> rx.Component:
    """``place`` keeps the ids of the two copies (side, drawer) apart."""
    choices = Catalogue.choices
    return rx.el.div(
        rx.cond(Catalogue.loading, _skeletons()),
        _facet("Department", choices.categories, Catalogue.filter_category),
        _facet("Brand", choices.brands, Catalogue.filter_brand, many=True),
        _price_filter(place),
        _facet("Rating", choices.ratings, Catalogue.filter_rating),
        rx.foreach(choices.attributes, _attribute),
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


def _skeletons() -> rx.Component:
    return rx.el.div(
        skeleton("h-4 w-24 rounded-full"),
        *(
            skeleton(f"h-3.5 {width} rounded-full")
            for width in ("w-4/5", "w-3/5", "w-2/3", "w-1/2")
        ),
        class_name="space-y-5 pb-1",
    )


def _facet(title: str, choices: Any, on_choose: Any, *, many: bool = False) -> rx.Component:
    def choice(item: rx.Var[Choice]) -> rx.Component:
        return _choice(item, on_choose, many=many)

    return rx.cond(
        choices.length() > 0,
        rx.el.div(
            rx.el.h2(title, class_name="mb-2 text-sm font-semibold"),
            rx.el.ul(rx.foreach(choices[:SHOWN_AT_ONCE], choice), class_name="-mx-2.5 space-y-0.5"),
            rx.cond(choices.length() > SHOWN_AT_ONCE, _rest(choices, choice)),
        ),
    )


def _rest(choices: Any, choice: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span("Show all ", choices.length(), class_name="group-open:hidden"),
            rx.el.span("Show fewer", class_name="hidden group-open:inline"),
            class_name="flex cursor-pointer list-none py-2 text-sm text-muted underline "
            f"underline-offset-4 hover:text-ink rounded-sm {FOCUS} group-open:order-last",
        ),
        rx.el.ul(
            rx.foreach(choices[SHOWN_AT_ONCE:], choice), class_name="-mx-2.5 mb-1 space-y-0.5"
        ),
        class_name="group",
    )


def _choice(item: rx.Var[Choice], on_choose: Any, *, many: bool = False) -> rx.Component:
    """``many`` can be chosen together, which a box in front says."""
    count = rx.el.span(item.count, class_name="text-sm font-normal text-muted tabular-nums")
    end = count if many else rx.cond(item.selected, icon("check", 16, "shrink-0"), count)
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                _box(item.selected) if many else rx.fragment(),
                rx.el.span(item.label, class_name="truncate"),
                class_name="flex min-w-0 items-center gap-2.5",
            ),
            end,
            type="button",
            on_click=on_choose(item.value),
            aria_pressed=rx.cond(item.selected, "true", "false"),
            class_name=rx.cond(
                item.selected, "bg-pine-soft font-semibold text-pine ", "text-ink-soft "
            )
            + _OPTION,
        ),
        # The focus stays with the value when counts put it elsewhere.
        key=item.value,
    )


def _box(selected: Any) -> rx.Component:
    return rx.el.span(
        rx.cond(selected, icon("check", 13)),
        class_name=rx.cond(selected, "border-pine bg-pine text-white ", "border-edge/60 bg-white ")
        + "flex size-4.5 shrink-0 items-center justify-center rounded-[5px] border",
        custom_attrs={"aria-hidden": "true"},
    )


def _attribute(group: rx.Var[AttributeGroup]) -> rx.Component:
    return _folded(
        group.name, group.choices, Catalogue.filter_attribute, is_open=group.is_open, many=True
    )


def _folded(
    title: Any, choices: Any, on_choose: Any, *, is_open: Any = False, many: bool = False
) -> rx.Component:
    """Folded, so that many choices do not push the others away; what is chosen keeps it open."""
    return rx.el.details(
        rx.el.summary(
            title,
            icon("chevron-down", 16, "transition-transform group-open:rotate-180"),
            class_name="flex cursor-pointer list-none items-center justify-between rounded-sm "
            f"text-sm font-semibold {FOCUS}",
        ),
        rx.el.ul(
            rx.foreach(choices, lambda item: _choice(item, on_choose, many=many)),
            class_name="-mx-2.5 mt-2 space-y-0.5",
        ),
        open=is_open,
        class_name="group border-t border-line pt-5 first:border-t-0 first:pt-0",
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
        rx.el.h2(
            "Price in €",
            rx.el.span(
                Catalogue.choices.price_hint,
                class_name="font-normal text-muted tabular-nums",
            ),
            class_name="mb-2.5 flex items-baseline justify-between text-sm font-semibold",
        ),
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


def filter_drawer() -> rx.Component:
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
        rx.el.div(filters("drawer"), class_name="flex-1 overflow-y-auto p-5"),
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
