"""Words that mean the same, what a query finds, and the state of the index."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import CELL, desk_list, desk_page, table
from webapp.components.controls import (
    alert,
    button_label,
    day_and_clock,
    empty_state,
    icon,
    link,
    picture,
    tag,
)
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import checkbox, text_area
from webapp.state.back_office.synonyms import SynonymsDesk
from webapp.synonym_views import SynonymRow, VersionRow
from webapp.theme import (
    FIELD,
    FOCUS,
    PANEL,
    PRIMARY_BUTTON,
    SMALL_BUTTON,
    STOP_TAG,
    SUBHEADING,
    TEXT_LINK,
)
from webapp.views import Card


def synonyms() -> rx.Component:
    return desk_page(
        "/admin/synonyms",
        "Synonyms",
        rx.el.p(
            "Words that mean the same to your customers. Whoever searches one of them finds the "
            "others too.",
            class_name="mt-3 max-w-2xl text-ink-soft",
        ),
        rx.el.div(
            rx.el.div(_list(), class_name="min-w-0"),
            rx.el.div(_try_out(), _index(), class_name="min-w-0 space-y-6 lg:mt-6"),
            class_name="mt-2 grid items-start gap-8 lg:grid-cols-[1fr_24rem]",
        ),
        _dialog(),
        _delete_dialog(),
        aside=rx.el.button(
            icon("plus", 18),
            "New synonym",
            type="button",
            on_click=SynonymsDesk.edit(""),
            class_name=PRIMARY_BUTTON,
        ),
    )


def _list() -> rx.Component:
    nothing = rx.cond(
        SynonymsDesk.total > 0,
        empty_state("search-x", "None holds these letters", "Clear the box above to see all."),
        empty_state(
            "replace-all",
            "No synonyms yet",
            "Begin with a word your customers use and you don’t, like “couch” for “sofa”.",
        ),
    )
    return rx.fragment(
        rx.cond(
            SynonymsDesk.total > 8,
            rx.el.div(
                rx.el.label("Find in the list", html_for="needle", class_name="sr-only"),
                rx.el.input(
                    id="needle",
                    type="search",
                    placeholder="Find in the list",
                    default_value=SynonymsDesk.needle,
                    on_change=SynonymsDesk.find.debounce(150),
                    max_length=60,
                    class_name=f"{FIELD} !h-11",
                ),
                class_name="mt-6 max-w-sm",
            ),
        ),
        desk_list(
            SynonymsDesk,
            table("Synonyms", ("Words", "Way", ""), rx.foreach(SynonymsDesk.rows, _row)),
            nothing,
            error=SynonymsDesk.error,
            done=SynonymsDesk.done,
        ),
    )


def _row(row: rx.Var[SynonymRow]) -> rx.Component:
    def other(term: rx.Var[str], index: rx.Var[int]) -> rx.Component:
        return rx.el.li(
            rx.cond(
                row.one_way,
                rx.cond(index == 0, icon("arrow-right", 14, "text-muted")),
                rx.el.span("=", class_name="text-muted", custom_attrs={"aria-hidden": "true"}),
            ),
            rx.el.span(term, class_name=f"{STOP_TAG} !text-[15px] !font-medium"),
            class_name="flex items-center gap-2",
        )

    return rx.el.tr(
        rx.el.th(
            rx.el.ul(
                rx.el.li(
                    rx.el.span(
                        row.first,
                        class_name=f"{STOP_TAG} !text-[15px] !font-medium",
                    )
                ),
                rx.foreach(row.others, other),
                class_name="flex flex-wrap items-center gap-2 font-normal",
            ),
            scope="row",
            class_name=f"{CELL} text-left",
        ),
        rx.el.td(
            rx.cond(row.one_way, "One way", "Both ways"),
            class_name=f"{CELL} whitespace-nowrap text-muted",
        ),
        rx.el.td(
            rx.el.div(
                rx.el.button(
                    "Change",
                    type="button",
                    on_click=SynonymsDesk.edit(row.id),
                    aria_label="Change " + row.text,
                    class_name=SMALL_BUTTON,
                ),
                rx.el.button(
                    icon("trash-2", 16),
                    type="button",
                    on_click=SynonymsDesk.ask_to_delete(row.id),
                    aria_label="Delete " + row.text,
                    class_name=f"{SMALL_BUTTON} !px-3",
                ),
                class_name="flex justify-end gap-2",
            ),
            class_name=CELL,
        ),
        custom_attrs={"data-testid": "synonym-row"},
    )


def _try_out() -> rx.Component:
    tried = SynonymsDesk.tried
    return rx.el.section(
        rx.el.h2("Try it", id="try-it", class_name=SUBHEADING),
        rx.el.form(
            rx.el.label("What a customer types", html_for="query", class_name="sr-only"),
            rx.el.input(
                id="query",
                name="query",
                type="text",
                placeholder="What a customer types",
                max_length=200,
                auto_complete="off",
                class_name=f"{FIELD} !h-11 min-w-0 flex-1",
            ),
            rx.el.button(
                button_label("Search", SynonymsDesk.busy, "…"),
                type="submit",
                class_name=f"{SMALL_BUTTON} !h-11",
            ),
            on_submit=SynonymsDesk.try_out,
            class_name="mt-4 flex gap-2",
        ),
        rx.cond(
            tried.query != "",
            rx.el.div(
                rx.el.p(
                    rx.el.span(tried.summary, class_name="font-semibold"),
                    " for “",
                    tried.query,
                    "”",
                    role="status",
                    class_name="text-[15px] break-words",
                    custom_attrs={"data-testid": "tried-summary"},
                ),
                rx.el.ul(
                    rx.foreach(tried.notes, rx.el.li),
                    class_name="mt-1 space-y-0.5 text-sm text-muted empty:hidden",
                ),
                rx.el.ol(
                    rx.foreach(tried.cards, _tried),
                    class_name="-mx-2 mt-3 space-y-0.5 empty:hidden",
                ),
                link(
                    "See it in the store",
                    href=tried.href,
                    class_name=f"mt-3 inline-block text-[15px] {TEXT_LINK}",
                ),
                class_name="mt-5",
            ),
        ),
        aria_labelledby="try-it",
        class_name=f"{PANEL} p-5 sm:p-6",
    )


def _tried(card: rx.Var[Card]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(
                picture(card.image, "", size=96),
                class_name="block size-11 shrink-0 overflow-hidden rounded-lg bg-sand",
            ),
            rx.el.span(
                rx.el.span(card.title, class_name="block truncate text-[15px]"),
                rx.el.span(
                    card.why, class_name="block truncate text-[12.5px] text-muted empty:hidden"
                ),
                class_name="min-w-0 flex-1",
            ),
            href=card.href,
            class_name=f"flex items-center gap-3 rounded-xl px-2 py-1.5 hover:bg-sand {FOCUS}",
        ),
        custom_attrs={"data-testid": "tried-hit"},
    )


def _index() -> rx.Component:
    index = SynonymsDesk.index
    return rx.cond(
        index.products != "",
        rx.el.section(
            rx.el.h2("Search index", id="index", class_name=SUBHEADING),
            rx.el.p(
                index.products,
                " can be found. ",
                rx.cond(
                    index.pending != "",
                    rx.el.span(
                        index.pending, " so far by words only; their meaning follows shortly."
                    ),
                    "All of them by meaning too.",
                ),
                class_name="mt-2 text-[15px] text-ink-soft",
                custom_attrs={"data-testid": "index-status"},
            ),
            rx.el.ul(rx.foreach(index.versions, _version), class_name="mt-4 divide-y divide-line"),
            aria_labelledby="index",
            class_name=f"{PANEL} p-5 sm:p-6",
        ),
    )


def _version(version: rx.Var[VersionRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(version.name, class_name="font-semibold"),
            tag(version.state, version.tone),
            class_name="flex items-center justify-between gap-3",
        ),
        rx.el.p(
            version.model,
            " · ",
            version.coverage,
            " of products",
            rx.cond(
                version.at != "",
                rx.el.span(" · since ", day_and_clock(version.at)),
            ),
            class_name="mt-1 text-sm text-muted break-words",
        ),
        class_name="py-3 first:pt-0 last:pb-0",
    )


def _dialog() -> rx.Component:
    synonym = SynonymsDesk.edited
    return dialog(
        "synonym",
        rx.cond(synonym.id != "", "Change the synonym", "A new synonym"),
        rx.el.form(
            alert(SynonymsDesk.form_error),
            text_area(
                "terms",
                "Words, with commas between them",
                default_value=synonym.text,
                placeholder="sofa, couch, settee",
                rows="3",
                max_length=1300,
                auto_complete="off",
            ),
            rx.el.div(
                checkbox("one_way", "One way only", default_checked=synonym.one_way),
                rx.el.p(
                    "A search for the first word finds the others too, but not the other way "
                    "round: “tablet, iPad” finds iPads for “tablet”, and only iPads for “iPad”.",
                    class_name="mt-1.5 pl-8 text-sm text-muted",
                ),
            ),
            dialog_buttons("Save", SynonymsDesk.busy, "Saving…"),
            on_submit=SynonymsDesk.save,
            no_validate=True,
            key=SynonymsDesk.opened.to_string(),
            class_name="space-y-5",
        ),
    )


def _delete_dialog() -> rx.Component:
    return dialog(
        "delete-synonym",
        "Delete this synonym?",
        rx.el.form(
            alert(SynonymsDesk.form_error),
            rx.el.p(
                "A search for one of these words finds the others no longer: ",
                rx.el.span(SynonymsDesk.edited.text, class_name="font-medium text-ink"),
                class_name="text-ink-soft break-words",
            ),
            dialog_buttons("Delete", SynonymsDesk.busy, "Deleting…", danger=True),
            on_submit=SynonymsDesk.delete,
            class_name="space-y-5",
        ),
    )
