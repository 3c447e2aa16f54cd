"""Small parts that pages are made of."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from webapp.theme import (
    ALARM_TAG,
    FOCUS,
    HEADING,
    PRIMARY_BUTTON,
    SECONDARY_BUTTON,
    STOP_TAG,
    TAG,
    TEXT_LINK,
    WAIT_TAG,
)
from webapp.views import Crumb

Text = str | rx.Var[str]


def link(*children: Any, href: Text, class_name: Text = "", **props: Any) -> rx.Component:
    """A link inside the store: no page load."""
    return ReactRouterLink.create(*children, to=href, class_name=class_name, **props)


def anchor(*children: Any, href: Text, class_name: Text = "", **props: Any) -> rx.Component:
    """A link to a place on this page, or to another site."""
    return A.create(*children, href=href, class_name=class_name, **props)


def icon(name: str, size: int = 20, class_name: Text = "") -> rx.Component:
    return rx.icon(
        name,
        size=size,
        stroke_width=1.75,
        class_name=class_name,
        custom_attrs={"aria-hidden": "true"},
    )


def spinner(class_name: str = "size-5") -> rx.Component:
    return icon("loader-circle", 20, f"animate-spin motion-reduce:animate-none {class_name}")


def button_label(text: Text, busy: Any, busy_text: Text) -> rx.Component:
    return rx.cond(busy, rx.fragment(spinner(), rx.el.span(busy_text)), rx.el.span(text))


def alert(text: Any, *children: Any, tone: str = "clay") -> rx.Component:
    """A message about something that failed, shown only while there is text."""
    tones = {
        "clay": "bg-clay-soft text-clay",
        "honey": "bg-honey-soft text-honey",
    }
    return rx.cond(
        text != "",
        rx.el.div(
            icon("circle-alert", 20, "mt-0.5 shrink-0"),
            rx.el.div(rx.el.p(text), *children),
            role="alert",
            class_name=f"flex gap-3 rounded-2xl px-4 py-3.5 text-[15px] {tones[tone]}",
        ),
    )


def notice(text: Any, name: str = "info") -> rx.Component:
    return rx.cond(
        text != "",
        rx.el.div(
            icon(name, 18, "mt-0.5 shrink-0"),
            rx.el.p(text),
            role="status",
            class_name="flex gap-3 rounded-2xl bg-honey-soft px-4 py-3 text-sm text-honey",
        ),
    )


def good_news(text: Any) -> rx.Component:
    return rx.cond(
        text != "",
        rx.el.div(
            icon("circle-check", 20, "mt-0.5 shrink-0"),
            rx.el.p(text),
            role="status",
            class_name="flex gap-3 rounded-2xl bg-pine-soft px-4 py-3.5 text-[15px] text-pine",
        ),
    )


def tag(text: Any, tone: Any) -> rx.Component:
    """A short state; ``tone``: good, wait, alarm or stop."""
    look = rx.match(tone, ("good", TAG), ("wait", WAIT_TAG), ("alarm", ALARM_TAG), STOP_TAG).to(str)
    return rx.el.span(text, class_name=look)


def empty_state(
    name: str, title: Any, text: Any, *actions: rx.Component, level: int = 2
) -> rx.Component:
    heading = rx.el.h1 if level == 1 else rx.el.h2
    return rx.el.div(
        rx.el.div(
            icon(name, 32, "text-pine"),
            class_name="mx-auto mb-6 flex size-20 items-center justify-center rounded-full "
            "bg-pine-soft",
        ),
        heading(title, class_name=HEADING),
        rx.el.p(text, class_name="mx-auto mt-3 max-w-md text-base text-muted"),
        rx.el.div(*actions, class_name="mt-8 flex flex-wrap justify-center gap-3"),
        class_name="mx-auto w-full py-16 text-center sm:py-24",
    )


def error_state(text: Any, retry: Any) -> rx.Component:
    return rx.el.div(
        empty_state(
            "cloud-off",
            "This part of the store is not answering",
            text,
            rx.el.button("Try again", type="button", on_click=retry, class_name=PRIMARY_BUTTON),
            link("Go to the home page", href="/", class_name=SECONDARY_BUTTON),
        ),
        role="alert",
    )


def breadcrumbs(crumbs: Any) -> rx.Component:
    def item(crumb: rx.Var[Crumb]) -> rx.Component:
        return rx.el.li(
            icon("chevron-right", 14, "text-edge"),
            link(
                crumb.label,
                href=crumb.href,
                class_name=f"rounded-sm text-muted hover:text-ink {FOCUS}",
            ),
            class_name="flex items-center gap-1.5 [&:first-child>svg]:hidden",
        )

    return rx.el.nav(
        rx.el.ol(
            rx.foreach(crumbs, item), class_name="flex flex-wrap items-center gap-1.5 text-sm"
        ),
        aria_label="Breadcrumbs",
    )


def stepper(
    label: Any, value: Any, fewer: Any, more: Any, *, fewest: Any, most: Any, busy: Any = False
) -> rx.Component:
    """Minus, number, plus; ``label`` says of what."""
    part = (
        "flex size-10 items-center justify-center rounded-full text-ink cursor-pointer "
        "transition-colors hover:bg-sand disabled:cursor-not-allowed disabled:text-edge/50 "
        "disabled:hover:bg-transparent " + FOCUS
    )
    return rx.el.div(
        rx.el.button(
            icon("minus", 16),
            type="button",
            on_click=fewer,
            disabled=fewest | busy,
            aria_label="One less",
            class_name=part,
        ),
        rx.el.span(value, class_name="min-w-7 text-center text-[15px] font-medium tabular-nums"),
        rx.el.button(
            icon("plus", 16),
            type="button",
            on_click=more,
            disabled=most | busy,
            aria_label="One more",
            class_name=part,
        ),
        role="group",
        aria_label=label,
        class_name="inline-flex items-center rounded-full border border-edge/50 bg-white p-0.5",
    )


def skeleton(class_name: str) -> rx.Component:
    return rx.el.div(class_name=f"skeleton {class_name}", custom_attrs={"aria-hidden": "true"})


def picture(
    url: Any, alt: Any, class_name: str = "", *, eager: bool = False, size: int = 640
) -> rx.Component:
    """A square picture on the soft ground that shows while, or if, it does not load."""
    return rx.cond(
        url != "",
        rx.el.img(
            src=url,
            alt=alt,
            width=str(size),
            height=str(size),
            loading="eager" if eager else "lazy",
            decoding="async",
            class_name=f"size-full object-cover {class_name}",
        ),
        rx.el.div(
            icon("image-off", 32, "text-edge"),
            class_name="flex size-full items-center justify-center bg-sand",
        ),
    )


def clock(time: rx.Var[str]) -> rx.Var[str]:
    """A moment (ISO 8601) as a time of day where the reader is."""
    return _where_reader_is(time, "hour: '2-digit', minute: '2-digit'")


def day_and_clock(time: rx.Var[str]) -> rx.Var[str]:
    return _where_reader_is(
        time, "day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'"
    )


def _where_reader_is(time: rx.Var[str], parts: str) -> rx.Var[str]:
    # Only the browser knows the reader's time zone.
    return rx.Var(
        f"({time!s} ? new Intl.DateTimeFormat('en-GB', {{ {parts} }}).format(new Date({time!s}))"
        " : '')",
        _var_type=str,
        _var_data=time._get_all_var_data(),
    ).to(str)


def more_link(text: str, href: str) -> rx.Component:
    return link(
        text,
        icon("arrow-right", 16),
        href=href,
        class_name=f"inline-flex items-center gap-1.5 whitespace-nowrap {TEXT_LINK}",
    )
