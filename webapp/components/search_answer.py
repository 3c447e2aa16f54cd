"""What a search says beside its hits: spelling, what was understood, what comes nearest."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import icon, link
from webapp.components.product_grid import product_grid
from webapp.search_views import Understood
from webapp.state.catalogue import Catalogue
from webapp.theme import FOCUS, HEADING, SECONDARY_BUTTON, SUBHEADING, TEXT_LINK

_ICONS = {
    "price": "banknote",
    "brand": "badge-check",
    "category": "layout-grid",
    "stock": "package-check",
    "rating": "star",
}


def understanding() -> rx.Component:
    """Below the title: the spelling that was searched or may be meant, and the query's chips."""
    answer = Catalogue.answer
    return rx.fragment(
        rx.cond(
            answer.typed != "",
            _line(
                "You typed “",
                answer.typed,
                "”. ",
                link(
                    "Search instead for “" + answer.typed + "”",
                    href=answer.typed_href,
                    class_name=TEXT_LINK,
                ),
                name="corrected",
            ),
        ),
        rx.cond(
            answer.meant != "",
            _line(
                "Did you mean ",
                link(
                    "“" + answer.meant + "”",
                    href=answer.meant_href,
                    class_name=TEXT_LINK,
                ),
                "?",
                name="did-you-mean",
            ),
        ),
        rx.cond(
            answer.understood.length() > 0,
            rx.el.div(
                rx.el.p("Understood as", id="understood", class_name="shrink-0 text-sm text-muted"),
                rx.el.ul(
                    rx.foreach(answer.understood, _chip),
                    aria_labelledby="understood",
                    class_name="no-scrollbar -mr-4 flex gap-2 overflow-x-auto py-1 pr-4 pl-1 "
                    "sm:mr-0 sm:flex-wrap sm:pr-0",
                ),
                class_name="mt-3 flex min-w-0 items-center gap-2",
            ),
        ),
    )


def _line(*content: Any, name: str) -> rx.Component:
    return rx.el.p(
        *content,
        class_name="mt-3 text-[15px] text-ink-soft break-words",
        custom_attrs={"data-testid": name},
    )


def _chip(part: rx.Var[Understood]) -> rx.Component:
    return rx.el.li(
        link(
            rx.match(
                part.kind,
                *((kind, icon(name, 15, "shrink-0")) for kind, name in _ICONS.items()),
                icon("tag", 15, "shrink-0"),
            ),
            part.label,
            icon("x", 15, "shrink-0 opacity-70"),
            href=part.href,
            title="Search for “" + part.words + "” as words",
            aria_label=part.label + ": search for “" + part.words + "” as words instead",
            class_name="inline-flex h-9 items-center gap-1.5 whitespace-nowrap rounded-full border "
            "border-pine/30 bg-white px-3.5 text-sm font-medium text-pine transition-colors "
            f"hover:border-pine hover:bg-pine-soft {FOCUS}",
        ),
        custom_attrs={"data-testid": "query-chip"},
    )


def nearest() -> rx.Component:
    """In place of hits: what comes nearest, and what was given up for it."""
    near = Catalogue.answer.nearest
    return rx.el.div(
        rx.el.div(
            rx.el.h2("We found no good match", class_name=HEADING),
            rx.el.p(near.text, class_name="mt-2 max-w-2xl text-ink-soft"),
            role="status",
            class_name="rounded-3xl bg-sand px-6 py-6 sm:px-8",
            custom_attrs={"data-testid": "no-match"},
        ),
        rx.el.h2(near.title, class_name=f"mb-6 mt-10 {SUBHEADING}"),
        product_grid(
            near.cards,
            on_click=lambda card: Catalogue.clicked(card.id, card.position),
        ),
        rx.cond(
            near.more != "",
            rx.el.div(
                link(near.more, href=near.href, class_name=SECONDARY_BUTTON),
                class_name="mt-14 flex justify-center",
            ),
        ),
    )
