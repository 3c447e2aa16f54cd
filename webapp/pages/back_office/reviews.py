"""Reviews that wait to be published."""

from __future__ import annotations

import reflex as rx

from webapp.components.back_office import desk_list, desk_page
from webapp.components.controls import alert, empty_state, icon, link
from webapp.components.dialogs import dialog, dialog_buttons
from webapp.components.forms import text_area
from webapp.components.stars import star_row
from webapp.desk_views import QueueRow
from webapp.state.back_office.reviews import STATES, ReviewsDesk
from webapp.theme import FOCUS, PANEL, SMALL_BUTTON, TEXT_LINK


def reviews() -> rx.Component:
    return desk_page(
        "/admin/reviews",
        "Reviews",
        rx.el.div(
            *(_tab(state, label) for state, label in STATES.items()),
            role="group",
            aria_label="State",
            class_name="mt-6 flex gap-1",
        ),
        desk_list(
            ReviewsDesk,
            rx.el.ul(rx.foreach(ReviewsDesk.rows, _row), class_name="mt-6 space-y-4"),
            empty_state("message-square-heart", "Nothing here", "You are up to date."),
            error=ReviewsDesk.error,
        ),
        dialog(
            "reject",
            "Do not publish this review?",
            rx.el.form(
                alert(ReviewsDesk.form_error),
                text_area("reason", "Why? Its author reads this.", rows="3", max_length=300),
                dialog_buttons("Reject it", ReviewsDesk.busy, "Saving…", danger=True),
                on_submit=ReviewsDesk.reject,
                class_name="space-y-5",
            ),
        ),
    )


def _tab(state: str, label: str) -> rx.Component:
    current = ReviewsDesk.shown == state
    return rx.el.button(
        label,
        type="button",
        on_click=ReviewsDesk.show_state(state),
        aria_pressed=rx.cond(current, "true", "false"),
        class_name=rx.cond(
            current, "bg-pine-soft font-semibold text-pine ", "text-ink-soft hover:bg-sand "
        )
        + f"h-10 rounded-full px-4 text-[15px] cursor-pointer {FOCUS}",
    )


def _row(row: rx.Var[QueueRow]) -> rx.Component:
    review = row.review
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                star_row(review.filled),
                rx.el.span(review.stars, " of 5 stars", class_name="sr-only"),
                rx.cond(review.title != "", rx.el.h2(review.title, class_name="font-semibold")),
                class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
            ),
            rx.el.p(
                review.text,
                class_name="mt-2 whitespace-pre-line break-words text-ink-soft empty:hidden",
            ),
            rx.el.p(
                link(row.product, href=row.href, class_name=TEXT_LINK),
                " · ",
                review.author,
                " · ",
                row.at,
                class_name="mt-3 text-sm text-muted",
            ),
            rx.cond(
                review.reason != "",
                rx.el.p("Reason: ", review.reason, class_name="mt-2 text-sm text-clay"),
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            rx.cond(
                review.tone != "good",
                rx.el.button(
                    icon("check", 16),
                    "Publish",
                    type="button",
                    on_click=ReviewsDesk.publish(review.id),
                    disabled=ReviewsDesk.busy,
                    class_name=SMALL_BUTTON,
                ),
            ),
            rx.cond(
                review.tone != "alarm",
                rx.el.button(
                    icon("x", 16),
                    "Reject",
                    type="button",
                    on_click=ReviewsDesk.ask_to_reject(review.id),
                    disabled=ReviewsDesk.busy,
                    class_name=SMALL_BUTTON,
                ),
            ),
            class_name="flex shrink-0 gap-2",
        ),
        class_name=f"{PANEL} flex flex-col gap-5 p-6 sm:flex-row sm:items-start",
        custom_attrs={"data-testid": "queued-review"},
    )
