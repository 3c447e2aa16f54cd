"""Design tokens, and the class lists of the few things that look the same everywhere.

Colour pairs used for text keep a contrast of at least 4.5:1 on ``paper``, ``white`` and ``sand``.
"""

from __future__ import annotations

from typing import Any

FONT_PACKAGES = ["@fontsource-variable/figtree@5.3.0", "@fontsource-variable/fraunces@5.3.0"]
# The first two are on every page.
FONT_FILES = (
    "figtree-latin-wght-normal.woff2",
    "fraunces-latin-opsz-normal.woff2",
    "figtree-latin-ext-wght-normal.woff2",
    "fraunces-latin-ext-opsz-normal.woff2",
)

COLOURS: dict[str, Any] = {
    "paper": "#FCFBF8",
    "sand": {"DEFAULT": "#F4F1EA", "deep": "#EAE5DA"},
    "line": "#E5E0D6",
    "edge": "#8C8577",
    "ink": {"DEFAULT": "#1E1B17", "soft": "#4A453D"},
    "muted": "#6A6459",
    "pine": {"DEFAULT": "#1B4D3E", "deep": "#123629", "soft": "#E3EEE8"},
    "clay": {"DEFAULT": "#A63F25", "soft": "#FBEAE4"},
    "honey": {"DEFAULT": "#7F5300", "soft": "#FBF1DC"},
}

TAILWIND: dict[str, Any] = {
    "theme": {
        "extend": {
            "colors": COLOURS,
            "fontFamily": {
                "sans": ["Figtree Variable", "ui-sans-serif", "system-ui", "sans-serif"],
                "display": ["Fraunces Variable", "ui-serif", "Georgia", "serif"],
            },
            "boxShadow": {
                "card": "0 1px 2px rgb(30 27 23 / 0.04), 0 12px 32px -12px rgb(30 27 23 / 0.14)",
                "panel": "0 24px 64px -16px rgb(30 27 23 / 0.28)",
            },
            "maxWidth": {"page": "84rem"},
        }
    },
    "plugins": [],
}

# Soft backgrounds that category tiles take in turn.
TILE_TINTS = (
    "bg-[#EFE7D8]",
    "bg-[#DFEAE3]",
    "bg-[#F4E1D8]",
    "bg-[#E1E6EF]",
    "bg-[#EFE0E6]",
    "bg-[#E9E6D3]",
    "bg-[#DCE8EA]",
    "bg-[#F1E4CB]",
)

_GUTTERS = "mx-auto w-full px-4 sm:px-6 lg:px-10"
PAGE = f"{_GUTTERS} max-w-page"
NARROW_PAGE = f"{_GUTTERS} max-w-5xl"
MIDDLE_PAGE = f"{_GUTTERS} max-w-6xl"
FOCUS = "focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-pine"

_BUTTON = (
    "inline-flex items-center justify-center gap-2 rounded-full font-semibold cursor-pointer "
    "transition-colors duration-150 select-none disabled:cursor-not-allowed " + FOCUS
)
PRIMARY_BUTTON = (
    _BUTTON
    + " h-12 px-7 text-[15px] bg-pine text-white hover:bg-pine-deep active:bg-pine-deep "
    + "disabled:bg-sand-deep disabled:text-muted"
)
SECONDARY_BUTTON = (
    _BUTTON
    + " h-12 px-7 text-[15px] border border-edge/50 bg-white text-ink hover:border-ink "
    + "disabled:text-muted disabled:hover:border-edge/50"
)
DANGER_BUTTON = (
    _BUTTON
    + " h-12 px-7 text-[15px] bg-clay text-white hover:bg-clay/90 "
    + "disabled:bg-sand-deep disabled:text-muted"
)
DANGER_LINK_BUTTON = (
    _BUTTON + " h-12 px-7 text-[15px] border border-clay/40 bg-white text-clay hover:border-clay"
)
SMALL_BUTTON = (
    _BUTTON + " h-10 px-5 text-sm border border-edge/50 bg-white text-ink hover:border-ink"
)
ICON_BUTTON = (
    "relative inline-flex size-11 shrink-0 items-center justify-center rounded-full text-ink "
    "cursor-pointer transition-colors hover:bg-sand disabled:cursor-not-allowed "
    "disabled:text-edge/60 " + FOCUS
)
TEXT_LINK = (
    "font-medium text-pine underline decoration-pine/30 underline-offset-4 "
    "hover:decoration-pine rounded-sm cursor-pointer " + FOCUS
)
LABEL = "block text-sm font-medium text-ink mb-1.5"
FIELD = (
    "block w-full h-12 rounded-xl border border-edge/60 bg-white px-4 text-base text-ink "
    "placeholder:text-muted/80 transition-colors hover:border-ink "
    "focus:outline-2 focus:-outline-offset-1 focus:outline-pine "
    "disabled:bg-sand disabled:text-muted aria-[invalid=true]:border-clay"
)
_TAG = "inline-block rounded-full px-3 py-0.5 text-[13px] font-semibold whitespace-nowrap"
TAG = f"{_TAG} bg-pine-soft text-pine"
WAIT_TAG = f"{_TAG} bg-honey-soft text-honey"
STOP_TAG = f"{_TAG} bg-sand text-ink-soft"
ALARM_TAG = f"{_TAG} bg-clay-soft text-clay"
CHOICE_CARD = (
    "flex cursor-pointer items-center gap-4 rounded-2xl border border-edge/50 bg-white px-4 py-4 "
    "transition-colors hover:border-ink has-checked:border-pine has-checked:bg-pine-soft "
    "has-checked:ring-1 has-checked:ring-pine"
)
PANEL = "rounded-3xl border border-line bg-white"
EYEBROW = "text-xs font-semibold uppercase tracking-[0.14em] text-muted"
TITLE = "font-display text-[2rem] leading-[1.1] sm:text-[2.6rem] tracking-[-0.02em] text-ink"
HEADING = "font-display text-2xl sm:text-[1.75rem] leading-tight tracking-[-0.015em] text-ink"
SUBHEADING = "text-lg font-semibold tracking-[-0.01em] text-ink"
