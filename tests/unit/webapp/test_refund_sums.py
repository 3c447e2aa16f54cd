"""What a refund comes to, before it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deployments.cart.contract import (
    Address,
    OrderLine,
    OrderView,
    RefundLine,
    RefundView,
    Totals,
)
from deployments.shared.ids import new_id
from webapp.refund_sums import lines_sum, parse_amount, quantities_left, shipping_left

from .fake_world import euro

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MUG, LID = new_id(), new_id()


def _line(variant: UUID, quantity: int, price: int, discount: int) -> OrderLine:
    return OrderLine(
        variant_id=variant,
        product_id=new_id(),
        slug="x",
        title="X",
        sku="x",
        options={},
        quantity=quantity,
        unit_price=euro(price),
        line_total=euro(price * quantity),
        discount=euro(discount),
    )


def _order(tax: int = 0, refunds: list[RefundView] | None = None) -> OrderView:
    """Three mugs at 10.00 less 1.00, a lid at 5.00, delivery 4.90."""
    total = 2900 + 500 + 490 + tax
    back = sum(refund.amount.amount for refund in refunds or [] if refund.state != "failed")
    return OrderView(
        id=new_id(),
        number="M-1",
        status="fulfilled",
        lines=[_line(MUG, 3, 1000, 100), _line(LID, 1, 500, 0)],
        totals=Totals(
            subtotal=euro(3500),
            shipping=euro(490),
            tax=euro(tax),
            discount=euro(100),
            total=euro(total),
            included_tax=euro(0),
        ),
        shipping_method="standard",
        shipping_address=Address(
            name="Ada", line1="Street 1", city="Berlin", postal_code="1", country="DE"
        ),
        email="ada@example.com",
        timeline=[],
        refunds=refunds or [],
        refunded=euro(back),
        refundable=euro(total - back),
        created_at=NOW,
    )


def _refund(state: Any = "succeeded", quantity: int = 1, amount: int = 966) -> RefundView:
    return RefundView(
        id=new_id(),
        order_id=new_id(),
        state=state,
        amount=euro(amount),
        lines=[RefundLine(variant_id=MUG, quantity=quantity, amount=euro(amount))],
        shipping=euro(0),
        full=False,
        restock=False,
        reason="x",
        requested_by="merchant",
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("€ 12,50", 1250),
        ("0.07", 7),
        ("", None),
        ("-1", None),
        ("1.234", None),
        ("1e3", None),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, amount: int | None) -> None:
    assert parse_amount(text) == amount


def test_lines_come_back_with_their_part_of_the_discount() -> None:
    assert lines_sum(_order(), {MUG: 1}, shipping=False) == 966
    assert lines_sum(_order(), {MUG: 3, LID: 1}, shipping=True) == 3890


def test_added_tax_comes_back_too() -> None:
    order = _order(tax=389)
    assert lines_sum(order, {MUG: 3, LID: 1}, shipping=True) == order.totals.total.amount


def test_the_last_one_makes_it_exact() -> None:
    order = _order(refunds=[_refund(), _refund(amount=967)])
    assert quantities_left(order) == {MUG: 1, LID: 1}
    assert lines_sum(order, {MUG: 1}, shipping=False) == 2900 - 966 - 967


def test_never_more_than_is_left() -> None:
    order = _order(refunds=[_refund(quantity=3, amount=2900)])
    assert lines_sum(order, {MUG: 3}, shipping=False) == 0


def test_a_refund_that_failed_took_nothing() -> None:
    order = _order(refunds=[_refund("failed")])
    assert quantities_left(order)[MUG] == 3
    assert shipping_left(order) == 490
