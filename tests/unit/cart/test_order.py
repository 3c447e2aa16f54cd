"""The order's states: every legal way between them, and none other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from deployments.cart.contract import OrderStatus
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Parcel
from deployments.cart.domain.order_states import LEGAL, IllegalTransition, Status
from deployments.shared.ids import new_id
from models.cart.tables import ORDER_STATES
from tests.unit.cart.builders import NOW, an_offer, an_order

LATER = NOW + timedelta(minutes=1)
PAYMENT = new_id()

MOVES: dict[str, tuple[Callable[[Order], None], Status]] = {
    "mark_reserved": (lambda o: o.mark_reserved(LATER), Status.RESERVED),
    "reject": (lambda o: o.reject({"code": "insufficient_stock"}, LATER), Status.REJECTED),
    "await_payment": (
        lambda o: o.await_payment(PAYMENT, LATER, LATER + timedelta(minutes=15)),
        Status.PAYMENT_PENDING,
    ),
    "mark_paid": (lambda o: o.mark_paid(PAYMENT, LATER), Status.PAID),
    "mark_stock_committed": (lambda o: o.mark_stock_committed(LATER), Status.STOCK_COMMITTED),
    "start_cancelling": (lambda o: o.start_cancelling(LATER), Status.CANCELLING),
    "mark_cancelled": (lambda o: o.mark_cancelled(LATER), Status.CANCELLED),
    "fulfil": (
        lambda o: o.fulfil(Parcel("DHL", "1", None), LATER, LATER + timedelta(days=14)),
        Status.FULFILLED,
    ),
    "complete": (lambda o: o.complete(LATER), Status.COMPLETED),
}
LEGAL_MOVES = {
    ("created", "mark_reserved"),
    ("created", "reject"),
    ("created", "start_cancelling"),
    ("reserved", "await_payment"),
    ("reserved", "start_cancelling"),
    # By way of payment_pending: the intent was paid before it was noted.
    ("reserved", "mark_paid"),
    ("payment_pending", "mark_paid"),
    ("payment_pending", "start_cancelling"),
    ("cancelling", "mark_cancelled"),
    ("cancelling", "mark_paid"),
    ("paid", "mark_stock_committed"),
    ("stock_committed", "fulfil"),
    ("fulfilled", "complete"),
}


def in_state(status: Status) -> Order:
    order = an_order()
    order.status = status
    return order


@pytest.mark.parametrize(("status", "move"), list(product(Status, MOVES)), ids=str)
def test_a_move_works_where_it_is_legal_and_changes_nothing_elsewhere(
    status: Status, move: str
) -> None:
    order = in_state(status)
    make, target = MOVES[move]
    if (status.value, move) in LEGAL_MOVES:
        make(order)
        assert order.status is target
        assert order.timeline[-1].status is target
        assert order.timeline[-1].at == LATER
    else:
        with pytest.raises(IllegalTransition):
            make(order)
        assert order.status is status
        assert len(order.timeline) == 1


def test_a_paid_order_has_every_state_on_the_way_in_its_timeline() -> None:
    order = an_order()
    order.mark_reserved(LATER)
    order.mark_paid(PAYMENT, LATER)
    order.mark_stock_committed(LATER)
    assert [entry.status.value for entry in order.timeline] == [
        "created",
        "reserved",
        "payment_pending",
        "paid",
        "stock_committed",
    ]
    assert order.payment_id == PAYMENT


def test_the_table_knows_every_state_and_final_states_have_no_way_out() -> None:
    assert set(LEGAL) == set(Status)
    assert {s.value for s, onward in LEGAL.items() if not onward} == {
        "rejected",
        "cancelled",
        "refunded",
    }


def test_contract_and_database_know_the_same_states() -> None:
    states = {status.value for status in Status}
    assert set(OrderStatus.__args__) == states  # type: ignore[attr-defined]
    assert set(ORDER_STATES) == states


def test_only_an_unpaid_order_expires() -> None:
    end = NOW + timedelta(minutes=15)
    for status in Status:
        order = in_state(status)
        assert not order.has_expired(end - timedelta(microseconds=1))
        assert order.has_expired(end) is (
            status.value in ("created", "reserved", "payment_pending")
        )


def test_nothing_is_due_at_rest_and_something_is_otherwise() -> None:
    order = an_order()
    assert order.due_at == NOW
    order.mark_reserved(LATER)
    assert order.due_at == LATER
    order.await_payment(PAYMENT, LATER, LATER + timedelta(minutes=15))
    assert order.due_at == order.expires_at == LATER + timedelta(minutes=15)
    order.mark_paid(PAYMENT, LATER)
    assert order.due_at == LATER
    order.mark_stock_committed(LATER)
    assert order.due_at is None


def test_lines_keep_what_was_bought() -> None:
    mug, lamp = an_offer("Mug", 1290), an_offer("Lamp", 4900)
    order = an_order((mug, 2), (lamp, 1))
    assert [(line.title, line.line_total.amount) for line in order.lines] == [
        ("Mug", 2580),
        ("Lamp", 4900),
    ]
    assert order.quantities == {mug.variant_id: 2, lamp.variant_id: 1}
    assert order.totals.total.amount == 2580 + 4900 + 490
