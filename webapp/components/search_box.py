"""The search box: a form that works without suggestions, and a list of them below it."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import icon, link, picture
from webapp.state.shop import Shop
from webapp.state.suggestions import Suggestions
from webapp.suggestion_views import Hint, HintGroup, Piece
from webapp.theme import EYEBROW, FOCUS

_PAUSE_MS = 150


def search_box(
    class_name: str = "", *, name: str = "search", label: str = "Search products"
) -> rx.Component:
    """Keys and what is open are handled by ``scripts.SEARCH_BOX_BEHAVIOUR``."""
    return rx.el.form(
        rx.el.label(label, html_for=name, class_name="sr-only"),
        rx.el.input(
            id=name,
            name="q",
            type="search",
            default_value=Shop.query,
            placeholder="What are you looking for?",
            auto_complete="off",
            max_length=200,
            role="combobox",
            aria_expanded="false",
            aria_controls=f"{name}-hints",
            aria_autocomplete="list",
            on_change=Suggestions.suggest.debounce(_PAUSE_MS),
            custom_attrs={"enterKeyHint": "search", "autoCorrect": "off", "spellCheck": "false"},
            class_name="h-11 w-full rounded-full border border-transparent bg-sand pl-5 pr-13 "
            "text-base text-ink placeholder:text-muted transition-colors hover:bg-sand-deep "
            "focus:bg-white focus:border-pine focus:outline-2 focus:-outline-offset-1 "
            "focus:outline-pine",
        ),
        rx.el.button(
            icon("search", 18),
            type="submit",
            aria_label="Search",
            class_name="absolute right-1 top-1 flex size-9 items-center justify-center "
            f"rounded-full bg-pine text-white cursor-pointer hover:bg-pine-deep {FOCUS}",
        ),
        _hints(name),
        on_submit=Shop.search,
        role="search",
        aria_label=label,
        class_name=f"relative {class_name}",
    )


def _hints(name: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.foreach(Suggestions.groups, _group),
            id=f"{name}-hints",
            role="listbox",
            aria_label="Suggestions",
        ),
        rx.el.p(
            rx.cond(
                Suggestions.count == 1,
                "1 suggestion",
                Suggestions.count.to_string() + " suggestions",
            ),
            role="status",
            class_name="sr-only",
        ),
        class_name="hints absolute inset-x-0 top-full z-40 mt-2 max-h-[70dvh] overflow-y-auto "
        "overscroll-contain rounded-3xl border border-line bg-white p-2 shadow-panel",
        custom_attrs={"data-testid": "suggestions"},
    )


def _group(group: rx.Var[HintGroup]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            group.title,
            class_name=f"px-3 pb-1.5 pt-3 {EYEBROW}",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.foreach(group.hints, _hint),
        role="group",
        aria_label=group.title,
    )


def _hint(hint: rx.Var[Hint]) -> rx.Component:
    return link(
        rx.cond(
            hint.kind == "product",
            rx.el.span(
                picture(hint.image, "", size=96),
                class_name="block size-12 shrink-0 overflow-hidden rounded-xl bg-sand",
            ),
            rx.el.span(
                rx.cond(
                    hint.kind == "category",
                    icon("layout-grid", 17, "text-muted"),
                    icon("search", 17, "text-muted"),
                ),
                class_name="flex size-6 shrink-0 items-center justify-center",
            ),
        ),
        rx.el.span(
            rx.foreach(hint.pieces, _piece),
            class_name="min-w-0 flex-1 truncate text-[15px] text-ink-soft",
        ),
        rx.cond(
            hint.price != "",
            rx.el.span(hint.price, class_name="shrink-0 text-sm text-muted tabular-nums"),
        ),
        href=hint.href,
        role="option",
        aria_selected="false",
        aria_label=rx.cond(hint.price != "", hint.text + ", " + hint.price, hint.text),
        class_name="flex min-h-11 items-center gap-3 rounded-2xl px-3 py-1.5 hover:bg-sand "
        "aria-selected:bg-sand",
        custom_attrs={"tabIndex": -1, "data-testid": "suggestion"},
    )


def _piece(piece: rx.Var[Piece]) -> rx.Component:
    return rx.cond(
        piece.typed,
        rx.el.mark(piece.text, class_name="bg-transparent font-semibold text-ink"),
        rx.el.span(piece.text),
    )
