"""What customers say of a product, and the form to say it."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import alert, button_label, good_news, icon, tag
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import field, text_area
from webapp.components.stars import star_row
from webapp.review_views import REVIEW_SORTS, ReviewView, StarsBar
from webapp.scripts import open_dialog
from webapp.state.reviews import Reviews
from webapp.theme import (
    FOCUS,
    HEADING,
    ICON_BUTTON,
    PANEL,
    SECONDARY_BUTTON,
    SMALL_BUTTON,
)


def reviews() -> rx.Component:
    return rx.el.section(
        rx.el.h2("What customers say", id="reviews", class_name=f"{HEADING} scroll-mt-40"),
        rx.el.div(
            rx.el.div(_summary(), class_name="lg:sticky lg:top-40 lg:self-start"),
            rx.el.div(
                good_news(Reviews.done),
                rx.cond(Reviews.own.id != "", _own()),
                alert(Reviews.error),
                _list(),
                class_name="min-w-0 space-y-6",
            ),
            class_name="mt-7 grid gap-10 lg:grid-cols-[18rem_1fr] lg:gap-16",
        ),
        _form_dialog(),
        _remove_dialog(),
        aria_labelledby="reviews",
        class_name="mt-20",
        custom_attrs={"data-testid": "reviews"},
    )


def _summary() -> rx.Component:
    def bar(item: rx.Var[StarsBar]) -> rx.Component:
        return rx.el.li(
            rx.el.span(item.stars, class_name="w-3 text-right"),
            icon("star", 14, "text-muted"),
            rx.el.span(
                rx.el.span(
                    style={"width": item.width},
                    class_name="block h-full rounded-full bg-[#b7791f]",
                ),
                class_name="h-2 flex-1 overflow-hidden rounded-full bg-sand-deep",
            ),
            rx.el.span(item.count, class_name="w-8 text-right text-muted"),
            class_name="flex items-center gap-2 text-sm tabular-nums",
        )

    some = rx.fragment(
        rx.el.p(
            rx.el.span(
                Reviews.summary.stars.average, class_name="font-display text-5xl tracking-tight"
            ),
            rx.el.span(
                star_row(Reviews.summary.stars.filled, "text-lg"),
                rx.el.span(Reviews.summary.count, class_name="block text-sm text-muted"),
            ),
            class_name="flex items-center gap-4",
        ),
        rx.el.ul(
            rx.foreach(Reviews.summary.bars, bar),
            aria_label="How many stars",
            class_name="mt-5 space-y-1.5",
        ),
    )
    return rx.fragment(
        rx.cond(
            Reviews.summary.count != "",
            some,
            rx.el.p("Nobody has reviewed this yet.", class_name="text-muted"),
        ),
        rx.cond(
            Reviews.own.id == "",
            rx.el.button(
                "Write a review",
                type="button",
                on_click=Reviews.write,
                class_name=f"{SECONDARY_BUTTON} mt-7 w-full sm:w-auto",
            ),
        ),
        rx.el.p(
            "Only customers who bought this here can review it.",
            class_name="mt-3 text-sm text-muted",
        ),
    )


def _own() -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.h3("Your review", class_name="font-semibold"),
            tag(Reviews.own.state, Reviews.own.tone),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        rx.cond(
            Reviews.own.reason != "",
            rx.el.p(Reviews.own.reason, class_name="mt-2 text-[15px] text-clay"),
        ),
        rx.el.div(star_row(Reviews.own.filled), class_name="mt-3"),
        rx.el.p(Reviews.own.title, class_name="mt-2 font-semibold empty:hidden"),
        rx.el.p(Reviews.own.text, class_name="mt-1 whitespace-pre-line text-ink-soft empty:hidden"),
        rx.el.div(
            rx.el.button("Change", type="button", on_click=Reviews.write, class_name=SMALL_BUTTON),
            rx.el.button(
                "Delete",
                type="button",
                on_click=open_dialog("remove-review"),
                class_name=SMALL_BUTTON,
            ),
            class_name="mt-5 flex gap-2",
        ),
        class_name=f"{PANEL} p-6",
        custom_attrs={"data-testid": "own-review"},
    )


def _list() -> rx.Component:
    return rx.cond(
        Reviews.reviews.length() > 0,
        rx.el.div(
            rx.el.div(
                rx.el.label("Sort reviews by", html_for="review-sort", class_name="sr-only"),
                rx.el.select(
                    *(rx.el.option(label, value=value) for value, label in REVIEW_SORTS.items()),
                    id="review-sort",
                    value=Reviews.sort,
                    on_change=Reviews.sort_by,
                    class_name="h-10 rounded-full border border-edge/50 bg-white px-5 text-sm "
                    f"font-semibold text-ink cursor-pointer hover:border-ink {FOCUS}",
                ),
                class_name="flex justify-end",
            ),
            rx.el.ul(rx.foreach(Reviews.reviews, _review), class_name="divide-y divide-line"),
            rx.cond(
                Reviews.has_more,
                rx.el.button(
                    button_label("Show more reviews", Reviews.loading_more, "Loading…"),
                    type="button",
                    on_click=Reviews.load_more,
                    disabled=Reviews.loading_more,
                    class_name=f"{SECONDARY_BUTTON} mt-4",
                ),
            ),
        ),
    )


def _review(review: rx.Var[ReviewView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            star_row(review.filled),
            rx.el.span(review.stars, " of 5 stars", class_name="sr-only"),
            rx.cond(review.title != "", rx.el.h3(review.title, class_name="font-semibold")),
            class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
        ),
        rx.el.div(
            rx.foreach(review.paragraphs, rx.el.p),
            class_name="mt-2 space-y-2 break-words leading-relaxed text-ink-soft empty:hidden",
        ),
        rx.el.p(
            review.author,
            " · ",
            review.at,
            rx.el.span(
                icon("badge-check", 15, "text-pine"),
                "Verified purchase",
                class_name="inline-flex items-center gap-1",
            ),
            class_name="mt-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted",
        ),
        class_name="py-6",
        custom_attrs={"data-testid": "review"},
    )


def _form_dialog() -> rx.Component:
    def star(number: int) -> rx.Component:
        return rx.el.button(
            icon(
                "star",
                28,
                rx.cond(Reviews.stars >= number, "fill-[#b7791f] text-[#b7791f]", "text-edge"),
            ),
            type="button",
            role="radio",
            on_click=Reviews.set_stars(number),
            aria_checked=rx.cond(Reviews.stars == number, "true", "false"),
            aria_label=f"{number} star" + ("s" if number > 1 else ""),
            class_name=ICON_BUTTON,
        )

    return dialog(
        "review",
        "How do you like it?",
        rx.el.form(
            rx.el.p(Reviews.title, class_name="font-medium"),
            alert(Reviews.form_error),
            rx.el.div(
                *(star(number) for number in range(1, 6)),
                role="radiogroup",
                aria_label="Stars",
                class_name="-ml-2 flex",
            ),
            field(
                "review_title",
                "In a few words",
                optional=True,
                type="text",
                default_value=Reviews.own.title,
                max_length=120,
            ),
            text_area(
                "review_text",
                "What should others know?",
                optional=True,
                default_value=Reviews.own.text,
                rows="5",
                max_length=5000,
            ),
            field(
                "display_name",
                "Name shown",
                hint="Leave it empty to stay a “Verified customer”.",
                optional=True,
                type="text",
                default_value=Reviews.suggested_name,
                max_length=60,
            ),
            dialog_buttons("Send the review", Reviews.busy, "Sending…"),
            on_submit=Reviews.save,
            no_validate=True,
            key=Reviews.opened.to_string(),
            class_name="space-y-5",
        ),
    )


def _remove_dialog() -> rx.Component:
    return dialog(
        "remove-review",
        "Delete your review?",
        rx.el.form(
            alert(Reviews.form_error),
            rx.el.p("It disappears for everybody.", class_name="text-ink-soft"),
            dialog_buttons("Delete it", Reviews.busy, "Deleting…", danger=True),
            on_submit=Reviews.remove,
            class_name="space-y-5",
        ),
    )
