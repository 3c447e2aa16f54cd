"""What pages have in common: their head, and what they show when there is nothing to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboards import queries
from dashboards.api import Refused, ServiceDown
from dashboards.formats import ago, local_time

_TILES = "tiles"
_LONG_AGO = timedelta(days=60)
_STYLE = f"""
<style>
.block-container {{padding-top: 2.2rem; max-width: 84rem;}}
[data-testid="stMetricLabel"] p {{color: #6A6459; font-size: .9rem;}}
h1 {{letter-spacing: -.015em; padding-bottom: 0;}}
.st-key-{_TILES} > div {{flex: 1 1 9.5rem; min-width: 9.5rem;}}
@media (max-width: 640px) {{
  .block-container {{padding: 3.2rem 1rem 3rem;}}
  .st-key-{_TILES} > div {{flex-basis: 40%; min-width: 40%;}}
}}
</style>
"""


def plain(text: str) -> str:
    """``text`` as it is, where Streamlit would read Markdown, links or formulas into it."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>])", r"\\\1", text)
    # A word joiner, which is not seen: an address shall not become a link.
    return escaped.replace("@", "\u2060@")


def install_style() -> None:
    st.html(_STYLE)


def freshness(updated_at: datetime | None, nothing: str) -> str:
    """``Updated 5 minutes ago · 14 Mar 2025, 09:41``."""
    if updated_at is None:
        return nothing
    now = datetime.now(UTC)
    moment = local_time(updated_at, st.context.timezone)
    if now - updated_at > _LONG_AGO:
        return f"Ends {moment}"
    return f"Updated {ago(updated_at, now)} · {moment}"


def page_head(title: str, subtitle: str) -> None:
    """Title, a line below it and the refresh button."""
    left, right = st.columns([5, 1], vertical_alignment="bottom", wrap=False)
    with left:
        st.title(title, anchor=False)
        if subtitle:
            st.caption(subtitle)
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(
            "Refresh", icon=":material/refresh:", type="tertiary", help="Read the figures anew"
        ):
            queries.refresh()
            st.rerun()


def panel(title: str, note: str = "") -> st.delta_generator.DeltaGenerator:
    """A white card with a heading."""
    card = st.container(border=True)
    card.subheader(plain(title), anchor=False)
    if note:
        card.caption(note)
    return card


def empty(text: str, icon: str = ":material/inbox:") -> None:
    """In place of a chart or table without figures."""
    with st.container(horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"### {icon}", text_alignment="center")
        st.caption(text, text_alignment="center")
        st.space("small")


@contextmanager
def explained_errors() -> Iterator[None]:
    """Show what went wrong in place of the page's figures."""
    try:
        yield
    except ServiceDown as error:
        with st.container(border=True):
            st.subheader(f":material/cloud_off: {error.service} does not answer", anchor=False)
            st.write(
                "The figures come back as soon as the service does. "
                "`mercato status` shows which part of the store is down."
            )
            if st.button("Try again", type="primary", icon=":material/refresh:"):
                st.rerun()
    except Refused as error:
        if error.status == 403:
            st.error(
                "Your account may not see these figures. Ask an admin for the role analyst.",
                icon=":material/lock:",
            )
        elif error.status == 429:
            st.warning(
                "Too many requests just now. Wait a minute and refresh.", icon=":material/timer:"
            )
        else:
            st.error(error.detail, icon=":material/error:")


def tiles(draw: Sequence[Callable[[], object]]) -> None:
    """Metrics side by side, on a phone in two columns."""
    with st.container(horizontal=True, gap="small", key=_TILES):
        for tile in draw:
            tile()
