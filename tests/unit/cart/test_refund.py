"""Refunds: what they come to, never more than was paid, and what they do to the order."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.cart.domain.coupon import spread
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import OrderLine, Parcel
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import Refund, RefundState, RefundWish
from deployments.cart.domain.refund_amounts import left_of, paid_parts, refund_of
from deployments.cart.domain.restocking import to_put_back
from deployments.cart.domain.totals import totals_of
from deployments.shared.errors import Conflict, DomainError, Invalid
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from tests.unit.cart.builders import NOW, an_order

LATER = NOW + timedelta(hours=1)


def bought(
    *lines: tuple[int, int], country: str = "DE", shipping: int = 490, discount: int = 0
) -> Order:
    """A paid order of lines (unit price, quantity)."""
    order = an_order()
    totals = [price * quantity for price, quantity in lines]
    order.lines = tuple(
        OrderLine(
            new_id(), new_id(), "mug", "Mug", "MUG", {}, None, quantity,
            Money(price, "EUR"), Money(part, "EUR"),
        )
        for (price, quantity), part in zip(lines, spread(discount, totals), strict=True)
    )  # fmt: skip
    order.totals = totals_of(Money(sum(totals), "EUR"), shipping, country, discount)
    order.mark_reserved(NOW)
    order.mark_paid(new_id(), NOW)
    order.mark_stock_committed(NOW)
    return order


def give_back(order: Order, **wish: object) -> Refund:
    request = RefundWish("returned", "merchant", **wish)  # type: ignore[arg-type]
    refund = refund_of(order, request, f"key {len(order.refunds)}", "hash", LATER)
    order.give_back(refund, LATER)
    return refund


def state_of(order: Order) -> Status:
    """What mypy may not remember."""
    return order.status


def variant(order: Order, index: int = 0) -> UUID:
    return order.lines[index].variant_id


def test_everything_is_refunded_with_shipping_and_goods() -> None:
    order = bought((1000, 3), (250, 1))
    refund = give_back(order, full=True)
    assert refund.amount == order.totals.total
    assert refund.quantities == {variant(order): 3, variant(order, 1): 1}
    assert refund.shipping.amount == 490
    assert (order.status, order.refundable.amount) == (Status.REFUNDING, 0)
    assert order.due_refunds(LATER) == [refund]
    order.refund_succeeded(refund, LATER)
    assert (state_of(order), order.due_at) == (Status.REFUNDED, None)


@given(
    lines=st.lists(st.tuples(st.integers(100, 99_999), st.integers(1, 9)), min_size=1, max_size=5),
    shipping=st.integers(0, 5000),
    country=st.sampled_from(["DE", "CH", "NO", "US"]),
    percent=st.integers(0, 90),
    data=st.data(),
)
def test_line_by_line_comes_to_exactly_what_was_paid(
    lines: list[tuple[int, int]], shipping: int, country: str, percent: int, data: st.DataObject
) -> None:
    subtotal = sum(price * quantity for price, quantity in lines)
    discount = subtotal * percent // 100
    order = bought(*lines, country=country, shipping=shipping, discount=discount)
    parts, paid_shipping = paid_parts(order)
    assert sum(parts) + paid_shipping == order.totals.total.amount
    while left := {key: quantity for key, quantity in left_of(order).items() if quantity}:
        chosen = data.draw(st.sampled_from(sorted(left)))
        refund = give_back(order, lines={chosen: data.draw(st.integers(1, left[chosen]))})
        if len(order.refunds) < 10 and data.draw(st.booleans()):
            order.refund_failed(refund, "refused", LATER)
    assert order.refunded.amount == sum(parts)
    if paid_shipping:
        give_back(order, shipping=True)
    assert order.refundable.amount == 0
    assert state_of(order) is Status.REFUNDING


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"amount": 3491}, "refund_too_large"),
        ({"lines": {"own": 4}}, "quantity_too_large"),
        ({"lines": {"other": 1}}, "line_not_in_order"),
        ({"lines": {}}, "nothing_to_refund"),
    ],
)
def test_what_was_not_paid_is_not_given_back(wish: dict[str, object], code: str) -> None:
    order = bought((1000, 3))
    lines = wish.get("lines")
    if isinstance(lines, dict) and lines:
        known = {"own": variant(order), "other": new_id()}
        wish = {"lines": {known[name]: quantity for name, quantity in lines.items()}}
    with pytest.raises(DomainError) as raised:
        give_back(order, **wish)
    assert raised.value.code == code
    assert isinstance(raised.value, (Conflict, Invalid))
    assert order.refunds == []


def test_shipping_is_given_back_once() -> None:
    order = bought((1000, 3))
    assert give_back(order, shipping=True).amount.amount == 490
    with pytest.raises(Conflict, match="shipping") as raised:
        give_back(order, shipping=True)
    assert raised.value.code == "shipping_refunded"


def test_an_order_that_nothing_was_paid_for_has_nothing_to_give_back() -> None:
    order = an_order()
    with pytest.raises(Conflict) as raised:
        give_back(order, amount=1)
    assert raised.value.code == "not_refundable"


def test_partial_refunds_keep_the_state_until_nothing_is_left() -> None:
    order = bought((1000, 3))
    first = give_back(order, lines={variant(order): 2})
    assert state_of(order) is Status.STOCK_COMMITTED
    last = give_back(order, full=True)
    assert (last.amount.amount, last.quantities) == (1490, {variant(order): 1})
    assert state_of(order) is Status.REFUNDING
    order.refund_succeeded(last, LATER)
    assert state_of(order) is Status.REFUNDING, "the first one is still on its way"
    order.refund_succeeded(first, LATER)
    assert state_of(order) is Status.REFUNDED


@pytest.mark.parametrize("state", [Status.STOCK_COMMITTED, Status.FULFILLED, Status.COMPLETED])
def test_a_full_refund_that_fails_leaves_the_order_where_it_was(state: Status) -> None:
    order = bought((1000, 3))
    delivered = LATER + timedelta(days=14)
    if state is not Status.STOCK_COMMITTED:
        order.fulfil(Parcel("DHL", "1", None), NOW, delivered)
    if state is Status.COMPLETED:
        order.complete(NOW)
    refund = give_back(order, full=True)
    order.refund_failed(refund, "the card is closed", LATER)
    assert state_of(order) is state
    assert order.due_at == (delivered if state is Status.FULFILLED else None)
    assert order.refundable == order.totals.total
    again = give_back(order, full=True)
    order.refund_succeeded(again, LATER)
    assert state_of(order) is Status.REFUNDED


def test_a_refund_that_ended_can_not_end_again() -> None:
    order = bought((1000, 3))
    refund = give_back(order, amount=100)
    order.refund_succeeded(refund, LATER)
    with pytest.raises(Conflict):
        order.refund_succeeded(refund, LATER)
    order.refund_failed(refund, "the bank sent it back", LATER)
    assert refund.state is RefundState.FAILED
    assert order.refundable == order.totals.total
    with pytest.raises(Conflict):
        order.refund_failed(refund, "again", LATER)


def test_goods_come_back_after_the_money_and_only_when_wanted() -> None:
    order = bought((1000, 3))
    kept = give_back(order, lines={variant(order): 1})
    returned = give_back(order, lines={variant(order): 1}, restock=True)
    for refund in (kept, returned):
        assert not refund.needs_restock
        order.refund_succeeded(refund, LATER)
    assert (kept.due_at, returned.due_at) == (None, LATER)
    assert order.due_refunds(LATER) == [returned]
    order.refund_restocked(returned, LATER)
    assert (order.due_at, returned.restocked_at) == (None, LATER)


def test_money_that_came_too_late_is_given_back_and_the_order_stays_cancelled() -> None:
    order = an_order()
    order.start_cancelling(NOW)
    order.mark_cancelled(NOW)
    order.note_late_payment(new_id())
    refund = give_back(order, amount=order.totals.total.amount)
    assert (state_of(order), order.due_at) == (Status.CANCELLED, LATER)
    order.refund_succeeded(refund, LATER)
    assert (state_of(order), order.due_at) == (Status.CANCELLED, None)


def test_a_free_order_gives_back_its_goods_only() -> None:
    order = bought((1000, 2), shipping=0, discount=2000)
    refund = give_back(order, full=True, restock=True)
    assert (refund.amount.amount, refund.quantities) == (0, {variant(order): 2})
    assert state_of(order) is Status.REFUNDING
    order.refund_succeeded(refund, LATER)
    assert state_of(order) is Status.REFUNDED
    assert refund.needs_restock


def test_the_same_alarm_is_raised_once() -> None:
    order = bought((1000, 1))
    for _ in range(2):
        order.raise_alarm("payment_differs", "€1.00 was paid", NOW)
    assert [alarm.code for alarm in order.alarms] == ["payment_differs"]


def put_back(order: Order, refund: Refund, minutes: int) -> dict[UUID, int]:
    """The money has arrived and the goods are on the shelf ``minutes`` later."""
    now = LATER + timedelta(minutes=minutes)
    order.refund_succeeded(refund, now)
    missing = to_put_back(order, refund)
    order.refund_restocked(refund, now)
    return missing


def test_goods_of_a_refund_the_bank_returned_come_back_once() -> None:
    order = bought((1000, 3))
    (mug,) = order.quantities
    first = give_back(order, lines={mug: 1}, restock=True)
    assert put_back(order, first, 1) == {mug: 1}
    order.refund_failed(first, "account closed", LATER + timedelta(minutes=2))
    again = give_back(order, lines={mug: 1}, restock=True)
    assert put_back(order, again, 3) == {}
    rest = give_back(order, full=True, restock=True)
    assert put_back(order, rest, 4) == {mug: 2}
