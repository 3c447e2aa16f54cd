"""The sign-in of this browser tab, restored after a reload by a cookie."""

from __future__ import annotations

import streamlit as st

from dashboards.api import api
from dashboards.sign_ins import KEEP_SECONDS, SignIns
from deployments.auth.contract import Account

_COOKIE = "mercato_dashboards"
_KEY = "sign_in_key"
_MESSAGE = "sign_in_message"
_COOKIE_TO_WRITE = "cookie_to_write"


@st.cache_resource
def _sign_ins() -> SignIns:
    return SignIns()


def sign_in(email: str, password: str) -> None:
    """Sign this browser in; errors as ``SignIns.sign_in``."""
    key = _sign_ins().sign_in(api(), email, password)
    st.session_state[_KEY] = key
    st.session_state[_COOKIE_TO_WRITE] = (key, KEEP_SECONDS)


def account() -> Account | None:
    """Who is signed in here, if anybody."""
    key = st.session_state.get(_KEY) or st.context.cookies.get(_COOKIE)
    if not key or st.session_state.get(_KEY) == "":
        return None
    found = _sign_ins().account(key)
    if found is not None:
        st.session_state[_KEY] = key
    return found


def access_token() -> str:
    """A valid token of whoever is signed in; without one the sign-in page comes up.

    Raises:
        ServiceDown: the token has expired and auth does not answer.
    """
    token = _sign_ins().access_token(api(), st.session_state.get(_KEY, ""))
    if token is None:
        end("Your sign-in has ended. Please sign in again.")
    return token or ""


def sign_out() -> None:
    _sign_ins().sign_out(api(), st.session_state.get(_KEY, ""))
    _leave("You are signed out.")


def end(message: str) -> None:
    """Drop the sign-in and show the sign-in page with ``message``."""
    _sign_ins().forget(st.session_state.get(_KEY, ""))
    _leave(message)
    st.rerun()


def _leave(message: str) -> None:
    # Empty, not absent: the cookie of this connection still names the old sign-in.
    st.session_state[_KEY] = ""
    st.session_state[_MESSAGE] = message
    st.session_state[_COOKIE_TO_WRITE] = ("", 0)


def take_message() -> str | None:
    """What the sign-in page should say, once."""
    message: str | None = st.session_state.pop(_MESSAGE, None)
    return message


def write_cookie() -> None:
    """Send the browser the cookie that changed; call once per run, before any rerun."""
    pending = st.session_state.pop(_COOKIE_TO_WRITE, None)
    if pending is None:
        return
    key, seconds = pending
    # The key is URL-safe base64: nothing in it can leave the string.
    st.html(
        f"<script>document.cookie='{_COOKIE}={key}; path=/; max-age={seconds}; SameSite=Strict'"
        "+(location.protocol==='https:'?'; Secure':'')</script>",
        unsafe_allow_javascript=True,
    )
