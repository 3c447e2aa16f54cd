"""Transitions of a reservation."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.products.domain.reservation import Line, ReservationOrder, State
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.ids import new_id

ORDER = new_id()
LINES = [Line(UUID(int=2), 1), Line(UUID(int=1), 3)]


def in_state(state: State) -> ReservationOrder:
    return ReservationOrder(ORDER, state, LINES)


def test_lines_are_locked_in_order_of_variant_whoever_lists_them_how() -> None:
    order = ReservationOrder.hold(ORDER, LINES)
    assert order.state is State.HELD
    assert [line.variant_id.int for line in order.lines] == [1, 2]
    assert order.lines == ReservationOrder.hold(ORDER, LINES[::-1]).lines


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_lines"),
        ([LINES[0], LINES[0]], "duplicate_line"),
        ([Line(UUID(int=1), 0)], "invalid_quantity"),
        ([Line(UUID(int=1), -1)], "invalid_quantity"),
        ([Line(UUID(int=1), 1000)], "invalid_quantity"),
    ],
)
def test_impossible_orders_are_refused(lines: list[Line], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        ReservationOrder.hold(ORDER, lines)
    assert caught.value.code == code


def test_held_becomes_committed_once() -> None:
    order = in_state(State.HELD)
    assert order.commit() is True
    assert order.commit() is False
    assert order.state is State.COMMITTED


def test_held_becomes_released_once() -> None:
    order = in_state(State.HELD)
    assert order.release() is True
    assert order.release() is False
    assert order.state is State.RELEASED


def test_what_is_sold_stays_sold() -> None:
    order = in_state(State.COMMITTED)
    with pytest.raises(Conflict, match="sold already") as caught:
        order.release()
    assert caught.value.code == "reservation_committed"
    assert order.state is State.COMMITTED


@pytest.mark.parametrize("order", [in_state(State.RELEASED), ReservationOrder.tombstone(ORDER)])
def test_what_is_released_never_comes_back(order: ReservationOrder) -> None:
    for attempt in (order.commit, lambda: order.accept_repeat(LINES)):
        with pytest.raises(Conflict) as caught:
            attempt()
        assert caught.value.code == "reservation_released"
    assert order.state is State.RELEASED


@pytest.mark.parametrize("state", [State.HELD, State.COMMITTED])
def test_a_repeat_must_ask_for_the_same(state: State) -> None:
    in_state(state).accept_repeat(LINES[::-1])
    for other in (LINES[:1], [*LINES, Line(UUID(int=3), 1)], [LINES[0], Line(UUID(int=1), 4)]):
        with pytest.raises(Conflict) as caught:
            in_state(state).accept_repeat(other)
        assert caught.value.code == "reservation_differs"


@given(st.lists(st.sampled_from(["commit", "release"]), max_size=6))
def test_the_first_end_is_the_last_whatever_follows(calls: list[str]) -> None:
    order = in_state(State.HELD)
    ends = []
    for call in calls:
        try:
            if getattr(order, call)():
                ends.append(order.state)
        except Conflict:
            continue
    assert len(ends) == min(1, len(calls))
    assert order.state is (ends[0] if ends else State.HELD)
