"""The only page of somebody who is not signed in."""

from __future__ import annotations

import streamlit as st

from dashboards import session
from dashboards.api import Refused, ServiceDown
from dashboards.components import plain
from dashboards.sign_ins import WrongRole

_REFUSALS = {
    401: "E-mail address or password is wrong.",
    422: "That is not an e-mail address.",
    429: "Too many attempts. Wait a minute and try again.",
}


def _problem(email: str, password: str) -> str | None:
    """Sign in; what to tell the person when that fails."""
    if not email or not password:
        return "Enter your e-mail address and password."
    try:
        session.sign_in(email, password)
    except WrongRole as error:
        roles = ", ".join(error.account.roles) or "none"
        return (
            f"{error.account.email} has the role {roles}. The dashboards are for analysts, "
            "merchants and admins: ask an admin for access."
        )
    except Refused as error:
        return _REFUSALS.get(error.status, error.detail)
    except ServiceDown:
        return "Sign-in does not answer just now. Try again in a moment."
    return None


def page() -> None:
    _, middle, _ = st.columns([1, 1.3, 1])
    with middle:
        st.space("large")
        st.title("Mercato", anchor=False)
        st.markdown("Sales, searches and prices of the store.")
        if message := session.take_message():
            st.info(plain(message), icon=":material/info:")
        with st.form("sign in", enter_to_submit=True):
            email = st.text_input("E-mail", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            sent = st.form_submit_button("Sign in", type="primary", width="stretch")
        if sent:
            problem = _problem(email.strip(), password)
            if problem is None:
                st.rerun()
            st.error(plain(problem), icon=":material/error:")
