"""What shows when the store itself has an error."""

from __future__ import annotations

import logging

import reflex as rx
from reflex.event import EventSpec
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary

from webapp.components.controls import anchor, icon
from webapp.theme import HEADING, PRIMARY_BUTTON

logger = logging.getLogger(__name__)


def mishap_notice() -> rx.Component:
    """Hidden until ``on_backend_error`` shows it."""
    return rx.el.div(
        icon("circle-alert", 20, "shrink-0"),
        "Something went wrong on our side. Reload the page and try again.",
        id="mishap",
        role="alert",
        class_name="mishap items-center gap-3 rounded-2xl bg-ink px-5 py-4 text-[15px] text-white "
        "shadow-panel",
        custom_attrs={"popover": "auto"},
    )


def on_backend_error(exception: Exception) -> EventSpec:
    """Keep the cause for the operator, tell the shopper what to do."""
    logger.error("an event of the store failed", exc_info=exception)
    return rx.call_script("document.getElementById('mishap')?.showPopover()")


def error_boundary() -> rx.Component:
    """A page that could not be drawn becomes this one."""
    page = rx.el.div(
        rx.el.h1("This page could not be shown", class_name=HEADING),
        rx.el.p("Reload it, or start again from the home page.", class_name="mt-3 text-muted"),
        anchor("Home page", href="/", class_name=f"{PRIMARY_BUTTON} mt-8"),
        class_name="flex min-h-dvh flex-col items-center justify-center bg-paper px-4 text-center "
        "font-sans text-ink",
    )
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(("problem",), rx.Var.create(page))
    )
