"""The rules of analytics without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from deployments.analytics.domain.event_time import accepted_time, past_time
from deployments.analytics.domain.figures import SalesDay, Totals, VisitsDay
from deployments.analytics.domain.period import MAX_DAYS, Period
from deployments.analytics.domain.searches import SearchCount, fit_for_public, trends
from deployments.analytics.domain.visit_event import normal_query
from deployments.shared.errors import Invalid

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
DAY = date(2024, 5, 6)


def test_an_event_without_a_time_happens_now() -> None:
    assert accepted_time(None, NOW) == NOW


def test_a_fast_clock_is_set_back_and_other_zones_become_utc() -> None:
    assert accepted_time(NOW + timedelta(minutes=5), NOW) == NOW
    local = (NOW - timedelta(hours=1)).astimezone(timezone(timedelta(hours=5)))
    assert accepted_time(local, NOW).tzinfo == UTC


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), timedelta(hours=-24, seconds=-1)])
def test_other_times_are_refused(off: timedelta) -> None:
    with pytest.raises(Invalid):
        accepted_time(NOW + off, NOW)


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        datetime(1999, 12, 31, tzinfo=UTC),
        NOW + timedelta(hours=1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_history_needs_a_believable_time(claimed: datetime | None) -> None:
    with pytest.raises(Invalid):
        past_time(claimed, NOW)


@pytest.mark.parametrize("claimed", [datetime.min, datetime.max])
def test_times_at_the_ends_of_the_calendar_are_refused_not_broken(claimed: datetime) -> None:
    for hours in (-12, 14):
        with pytest.raises(Invalid):
            accepted_time(claimed.replace(tzinfo=timezone(timedelta(hours=hours))), NOW)


def test_the_time_before_a_period_is_as_long() -> None:
    week = Period(date(2024, 5, 6), date(2024, 5, 12))
    assert (week.days, week.previous_start) == (7, date(2024, 4, 29))
    assert len(week.each_day()) == 7


@pytest.mark.parametrize(
    ("start", "end", "months_from", "months_until"),
    [
        (date(2024, 1, 15), date(2024, 4, 14), date(2024, 2, 1), date(2024, 4, 1)),
        (date(2024, 1, 1), date(2024, 1, 31), date(2024, 1, 1), date(2024, 2, 1)),
        (date(2023, 12, 2), date(2024, 1, 31), date(2024, 1, 1), date(2024, 2, 1)),
        (date(2024, 1, 2), date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 1)),
        (date(2024, 1, 15), date(2024, 2, 14), date(2024, 2, 15), date(2024, 2, 15)),
        (date(2024, 1, 1), date(2024, 1, 30), date(2024, 1, 31), date(2024, 1, 31)),
    ],
)
def test_the_whole_months_of_a_period(
    start: date, end: date, months_from: date, months_until: date
) -> None:
    assert Period(start, end).whole_months() == (months_from, months_until)


def test_periods_have_limits() -> None:
    Period(DAY, DAY + timedelta(days=MAX_DAYS - 1))
    for start, end in (
        (DAY, DAY - timedelta(days=1)),
        (DAY, DAY + timedelta(days=MAX_DAYS)),
        (date.min, date.min),
        (date.max, date.max),
    ):
        with pytest.raises(Invalid):
            Period(start, end)


def test_totals_take_refunds_off_revenue_but_not_off_the_average() -> None:
    totals = Totals.of(
        [SalesDay("store", DAY, 1001, 500, 2, 2)], [VisitsDay("store", DAY, 8, 4, 2, 2)]
    )
    assert (totals.revenue, totals.average_order, totals.conversion) == (501, 501, 0.25)


def test_totals_of_nothing_are_zero() -> None:
    nothing = Totals.of([], [])
    assert (nothing.revenue, nothing.average_order, nothing.conversion) == (0, 0, 0.0)


def test_conversion_never_exceeds_one() -> None:
    totals = Totals.of([SalesDay("s", DAY, 1, 0, 3, 3)], [VisitsDay("s", DAY, 2, 0, 0, 0)])
    assert totals.conversion == 1.0


@pytest.mark.parametrize(
    ("text", "normal"),
    [("  Red \t SHOES ", "red shoes"), ("Straße", "strasse"), ("Ｃoffee", "coffee"), (" ", "")],
)
def test_equal_searches_are_equal(text: str, normal: str) -> None:
    assert normal_query(text) == normal


def test_growing_searches_come_before_frequent_ones_that_do_not_grow() -> None:
    counts = [
        SearchCount("steady", 100, 99, 0, 50),
        SearchCount("rising", 60, 9, 3, 30),
        SearchCount("over", 0, 500, 0, 0),
    ]
    found = trends(counts, days=7, days_before=7, limit=10)
    assert [trend.query for trend in found] == ["rising", "steady"]
    assert found[0].growth == pytest.approx(6.1)
    assert found[1].growth == pytest.approx(1.01)
    assert found[0].zero_results
    assert len(trends(counts, days=7, days_before=7, limit=1)) == 1


def test_private_searches_are_not_for_everyone() -> None:
    assert fit_for_public("mug", 2)
    assert not fit_for_public("mug", 1)
    assert not fit_for_public("ada@example.com", 100)
