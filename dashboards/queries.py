"""What the pages show, read from the services and kept for a short time.

Caches are per person: what one may see another may not.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.api import Refused, api
from deployments.analytics.contract import Dashboard, ZeroResultSearch
from deployments.search.contract import (
    IndexStatus,
    PriceComparison,
    PriceHistory,
    PriceOverview,
    SearchLive,
)

_TTL_SECONDS = 30
_LIVE_TTL_SECONDS = 2
_KEPT = 200
_PRICE_ROWS = 1000
_ZERO_RESULT_ROWS = 10


@st.cache_data(ttl=_TTL_SECONDS, max_entries=_KEPT, show_spinner=False)
def _get(person: str, service: str, path: str, params: dict[str, Any], _token: str) -> Any:
    return api().call(service, "GET", path, params=params, token=_token)


@st.cache_data(ttl=_LIVE_TTL_SECONDS, max_entries=_KEPT, show_spinner=False)
def _get_live(person: str, service: str, path: str, params: dict[str, Any], _token: str) -> Any:
    return api().call(service, "GET", path, params=params, token=_token)


def _read(service: str, path: str, *, live: bool = False, **params: Any) -> Any:
    """Raises ``ServiceDown`` or ``Refused``; a token that is refused ends the sign-in."""
    account = session.account()
    token = session.access_token()
    get = _get_live if live else _get
    try:
        return get(str(account.id) if account else "", service, path, params, token)
    except Refused as error:
        if error.status == 401:
            session.end("Your sign-in has ended. Please sign in again.")
        raise


def refresh() -> None:
    """Read everything anew."""
    _get.clear()
    _get_live.clear()


def dashboard(start: date, end: date, source: str | None, currency: str | None) -> Dashboard:
    return Dashboard.model_validate(
        _read(
            "analytics",
            "/dashboard",
            start=start.isoformat(),
            end=end.isoformat(),
            source=source,
            currency=currency,
        )
    )


def zero_result_searches(start: date, end: date) -> list[ZeroResultSearch]:
    rows = _read(
        "analytics",
        "/search/zero-results",
        start=start.isoformat(),
        end=end.isoformat(),
        limit=_ZERO_RESULT_ROWS,
    )
    return [ZeroResultSearch.model_validate(row) for row in rows]


def price_overview() -> PriceOverview:
    return PriceOverview.model_validate(_read("search", "/prices", limit=_PRICE_ROWS))


def price_comparison(product_id: str) -> PriceComparison:
    return PriceComparison.model_validate(_read("search", f"/prices/{product_id}"))


def price_history(product_id: str) -> PriceHistory:
    return PriceHistory.model_validate(_read("search", f"/prices/{product_id}/history"))


def search_live() -> SearchLive:
    return SearchLive.model_validate(_read("search", "/live", live=True))


def index_status() -> IndexStatus:
    return IndexStatus.model_validate(_read("search", "/index/status"))
