"""Sign-ins, dates, figures and charts of the dashboards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

import dashboards.api
from dashboards.charts import (
    by_period,
    funnel_chart,
    orders_chart,
    price_history_chart,
    revenue_chart,
    standing_chart,
)
from dashboards.components import plain
from dashboards.formats import ago, change, local_time, money
from dashboards.periods import DateRange, bucket, preset
from dashboards.sign_ins import SignIns, WrongRole
from dashboards.views.prices import _verdict
from deployments.analytics.contract import Dashboard
from deployments.search.contract import PriceComparison, PriceHistory, PriceOverview
from tests.unit.dashboards.conftest import (
    PASSWORD,
    Services,
    comparison,
    euros,
    figures,
    overview,
)

ANALYST = "analyst@mercato.example"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_ins(services: Services, clock: Clock) -> SignIns:
    return SignIns(clock)


def test_a_token_is_renewed_before_it_expires(
    sign_ins: SignIns, services: Services, clock: Clock
) -> None:
    api = dashboards.api.api()
    key = sign_ins.sign_in(api, ANALYST, PASSWORD)
    first = sign_ins.access_token(api, key)
    clock.now += 800
    assert sign_ins.access_token(api, key) == first
    clock.now += 60
    renewed = sign_ins.access_token(api, key)
    assert renewed not in (None, first)
    assert services.paths().count("/auth/refresh") == 1
    # The new pair holds for its own time.
    clock.now += 800
    assert sign_ins.access_token(api, key) == renewed


def test_a_refresh_that_is_refused_ends_the_sign_in(
    sign_ins: SignIns, services: Services, clock: Clock
) -> None:
    api = dashboards.api.api()
    key = sign_ins.sign_in(api, ANALYST, PASSWORD)
    services.refresh_tokens.clear()
    clock.now += 900
    assert sign_ins.access_token(api, key) is None
    assert sign_ins.account(key) is None


def test_while_auth_is_down_the_last_minute_still_counts(
    sign_ins: SignIns, services: Services, clock: Clock
) -> None:
    api = dashboards.api.api()
    key = sign_ins.sign_in(api, ANALYST, PASSWORD)
    services.down = {"auth"}
    clock.now += 870
    assert sign_ins.access_token(api, key) is not None
    clock.now += 60
    with pytest.raises(dashboards.api.ServiceDown):
        sign_ins.access_token(api, key)
    services.down = set()
    assert sign_ins.access_token(api, key) is not None


def test_a_role_taken_away_ends_the_sign_in_at_the_next_renewal(
    sign_ins: SignIns, services: Services, clock: Clock
) -> None:
    api = dashboards.api.api()
    key = sign_ins.sign_in(api, ANALYST, PASSWORD)
    services.roles[ANALYST] = ["shopper"]
    clock.now += 900
    assert sign_ins.access_token(api, key) is None
    with pytest.raises(WrongRole):
        sign_ins.sign_in(api, ANALYST, PASSWORD)


def test_unknown_keys_and_idle_weeks_are_no_sign_in(
    sign_ins: SignIns, services: Services, clock: Clock
) -> None:
    api = dashboards.api.api()
    assert sign_ins.account("guess") is None
    assert sign_ins.access_token(api, "guess") is None
    old = sign_ins.sign_in(api, ANALYST, PASSWORD)
    clock.now += 8 * 24 * 3600
    sign_ins.sign_in(api, ANALYST, PASSWORD)
    assert sign_ins.account(old) is None


def test_presets_end_on_the_last_day() -> None:
    assert preset("7 days", date(2025, 3, 7)) == DateRange(date(2025, 3, 1), date(2025, 3, 7))
    assert preset("30 days", date(2025, 3, 7)).days == 30


@pytest.mark.parametrize(
    ("days", "step"), [(92, "day"), (93, "week"), (400, "week"), (401, "month")]
)
def test_long_ranges_are_summed_up(days: int, step: str) -> None:
    assert DateRange(date(2024, 1, 1), date(2024, 1, 1) + timedelta(days - 1)).step == step


def test_buckets_begin_on_monday_and_the_first() -> None:
    assert bucket(date(2025, 3, 9), "week") == date(2025, 3, 3)
    assert bucket(date(2025, 3, 9), "month") == date(2025, 3, 1)
    assert bucket(date(2025, 3, 9), "day") == date(2025, 3, 9)


def test_figures_as_people_read_them() -> None:
    assert money(123_450, "EUR") == "€1,234.50"
    assert money(-500, "GBP") == "−£5.00"
    assert money(1_234_567, "EUR") == "€12,346"
    assert money(123_456_789, "EUR") == "€1.23M"
    assert change(110, 100) == "+10.0 %"
    assert change(5, 0) is None
    assert change(3_000, 100) == "+29 ×"
    now = datetime(2025, 3, 14, 9, 41, tzinfo=UTC)
    assert local_time(now, "Europe/Berlin") == "14 Mar 2025, 10:41"
    assert local_time(now, "Nowhere/Atlantis") == "14 Mar 2025, 09:41"
    assert ago(now, now + timedelta(seconds=59)) == "just now"
    assert ago(now, now + timedelta(minutes=61)) == "1 hour ago"
    assert ago(now, now + timedelta(days=3)) == "3 days ago"


def test_texts_of_others_are_shown_as_they_are() -> None:
    assert plain("$5 *off* [x](y)") == r"\$5 \*off\* \[x\]\(y\)"


def test_daily_figures_are_summed_by_period() -> None:
    found = Dashboard.model_validate(figures(date(2025, 3, 1), date(2025, 3, 10), "EUR"))
    weeks = by_period(found.daily, "week")
    assert [(w.start, w.revenue, w.orders) for w in weeks] == [
        (date(2025, 2, 24), 20_000, 4),
        (date(2025, 3, 3), 70_000, 14),
        (date(2025, 3, 10), 10_000, 2),
    ]


def test_charts_are_valid() -> None:
    found = Dashboard.model_validate(figures(date(2025, 3, 1), date(2025, 3, 10), "EUR"))
    periods = by_period(found.daily, "day")
    history = PriceHistory.model_validate(
        {
            "product_id": overview()["products"][0]["product_id"],
            "currency": "EUR",
            "points": [
                {"merchant": "Alpha", "day": "2025-03-01", "total": 900, "in_stock": True},
                {"merchant": "Alpha", "day": "2025-03-05", "total": 800, "in_stock": True},
            ],
        }
    )
    for chart in (
        revenue_chart(periods, "EUR", "day"),
        orders_chart(periods, "day"),
        funnel_chart(found.funnel),
        standing_chart(PriceOverview.model_validate(overview())),
        price_history_chart(history, 1000, date(2025, 3, 10)),
    ):
        assert chart.to_dict()["$schema"]


def test_the_verdict_names_the_difference() -> None:
    dearer = PriceComparison.model_validate(comparison())
    assert _verdict(dearer) == "Alpha asks €10.00 less than we do."
    cheaper = PriceComparison.model_validate(comparison() | {"our_total": euros(900)})
    assert _verdict(cheaper) == "We are €1.00 below the next best, Alpha."
    equal = PriceComparison.model_validate(comparison() | {"our_total": euros(1000)})
    assert _verdict(equal) == "As cheap as the best offer, from Alpha."
    alone = PriceComparison.model_validate(comparison() | {"best": None})
    assert _verdict(alone) == "No merchant has it in stock."
