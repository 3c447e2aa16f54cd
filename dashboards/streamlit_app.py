"""Mercato's dashboards: sign-in and navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards import session
from dashboards.components import install_style, plain

_ASSETS = Path(__file__).parent / "assets"

st.set_page_config(
    page_title="Mercato dashboards",
    page_icon=str(_ASSETS / "icon.svg"),
    layout="wide",
    initial_sidebar_state="auto",
)
install_style()
session.write_cookie()
account = session.account()

if account is None:
    # Under the addresses of the pages, so that signing in leads to the one asked for.
    pages = [
        st.Page("app_pages/sign_in.py", title="Sign in", url_path=path, default=not place)
        for place, path in enumerate(("overview", "prices", "search"))
    ]
    st.navigation(pages, position="hidden").run()
else:
    chosen = st.navigation(
        [
            st.Page(
                "app_pages/overview.py",
                title="Overview",
                icon=":material/insights:",
                url_path="overview",
                default=True,
            ),
            st.Page(
                "app_pages/prices.py", title="Prices", icon=":material/sell:", url_path="prices"
            ),
            st.Page(
                "app_pages/search_live.py",
                title="Search (live)",
                icon=":material/monitoring:",
                url_path="search",
            ),
        ]
    )
    st.logo(str(_ASSETS / "logo.svg"), icon_image=str(_ASSETS / "icon.svg"), size="large")
    with st.sidebar:
        st.caption(f"{plain(account.name)}  \n{plain(account.email)}")
        if st.button("Sign out", icon=":material/logout:", type="tertiary"):
            session.sign_out()
            st.rerun()
    chosen.run()
