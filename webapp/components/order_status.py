"""How far an order is: its steps and its parcel."""

from __future__ import annotations

from typing import Any

import reflex as rx

from webapp.components.controls import anchor, day_and_clock, icon
from webapp.order_views import Step
from webapp.theme import TEXT_LINK


def parcel_view(parcel: Any) -> rx.Component:
    """Who carries it, and where to follow it. ``parcel``: a Parcel."""
    return rx.el.div(
        rx.el.p(
            icon("truck", 20, "shrink-0 text-pine"),
            rx.el.span("Handed to ", parcel.carrier, ", ", day_and_clock(parcel.shipped_at)),
            class_name="flex items-start gap-3 font-medium",
        ),
        rx.el.p(
            "Tracking number ",
            rx.el.span(
                parcel.number,
                class_name="font-mono text-ink break-all",
                custom_attrs={"data-testid": "tracking-number"},
            ),
            class_name="mt-1.5 pl-8 text-[15px] text-muted",
        ),
        rx.cond(
            parcel.url != "",
            anchor(
                "Follow the parcel",
                icon("arrow-up-right", 16, "inline-block ml-1"),
                href=parcel.url,
                target="_blank",
                rel="noopener noreferrer",
                class_name=f"ml-8 mt-2 inline-block {TEXT_LINK}",
            ),
        ),
        class_name="mt-5 border-t border-line pt-5",
        custom_attrs={"data-testid": "parcel"},
    )


def order_step(step: rx.Var[Step]) -> rx.Component:
    mark = rx.match(
        step.state,
        ("done", "bg-pine text-white border-pine"),
        ("now", "bg-white border-pine text-pine"),
        ("stopped", "bg-clay border-clay text-white"),
        "bg-white border-edge/50 text-transparent",
    ).to(str)
    return rx.el.li(
        rx.el.span(
            rx.match(
                step.state,
                ("done", icon("check", 14)),
                ("stopped", icon("x", 14)),
                ("now", rx.el.span(class_name="size-2 rounded-full bg-pine")),
                rx.fragment(),
            ),
            class_name=mark
            + " z-10 flex size-6 shrink-0 items-center justify-center rounded-full border-2",
        ),
        rx.el.div(
            rx.el.p(
                step.name,
                class_name=rx.cond(step.state == "next", "text-muted", "font-semibold text-ink"),
            ),
            rx.cond(
                step.at != "", rx.el.p(day_and_clock(step.at), class_name="text-sm text-muted")
            ),
            class_name="pb-6",
        ),
        aria_current=rx.cond(step.state == "now", "step", "false"),
        class_name="timeline-step relative flex gap-4",
    )
