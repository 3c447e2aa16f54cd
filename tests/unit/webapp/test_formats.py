from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deployments.shared.errors import Conflict, Unavailable
from deployments.shared.http_client import RemoteProblem
from webapp.formats import (
    count_of,
    day,
    money,
    ordinal,
    percent_off,
    problem_text,
    status_name,
    wait_text,
)

from .fake_world import euro


def test_money_reads_with_symbol_and_two_digits() -> None:
    assert money(euro(123456)) == "€1,234.56"


@pytest.mark.parametrize(
    ("price", "before", "text"),
    [(8000, 10000, "−20%"), (8000, 8000, ""), (8000, 7000, ""), (9999, 10000, "")],
)
def test_a_discount_is_shown_only_where_there_is_one(price: int, before: int, text: str) -> None:
    assert percent_off(euro(price), euro(before)) == text


def test_no_discount_without_an_earlier_price() -> None:
    assert percent_off(euro(100), None) == ""


def test_counts_have_the_right_number_of_the_noun() -> None:
    assert [count_of(n, "item") for n in (0, 1, 1204)] == ["0 items", "1 item", "1,204 items"]


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 22, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "22nd", "111th",
    ]  # fmt: skip


def test_days_and_names_read_as_people_write_them() -> None:
    assert day(datetime(2026, 3, 1, tzinfo=UTC)) == "1 March 2026"
    assert status_name("stock_committed") == "Being prepared"


def test_a_refusal_says_what_to_do_in_a_sentence() -> None:
    assert problem_text(Conflict("email_taken", "taken")).endswith("Sign in instead.")
    assert problem_text(Conflict("other", "only 3 left")) == "Only 3 left."


def test_a_wait_is_rounded_up_and_told() -> None:
    assert [wait_text(n) for n in (1, 99, 100, 3600, 6001)] == [
        "1 s", "99 s", "2 min", "60 min", "2 h",
    ]  # fmt: skip
    slow = RemoteProblem(429, "rate_limited", "no", retry_after=40)
    assert problem_text(slow) == "Too many tries: wait 40 s and try again."
    assert "a minute" in problem_text(RemoteProblem(429, "rate_limited", "no"))


def test_an_outage_does_not_show_the_services_own_words() -> None:
    text = problem_text(Unavailable("cart_unavailable", "cart does not answer; traceback …"))
    assert "traceback" not in text
    assert "try again" in text
