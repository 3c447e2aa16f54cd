"""The harness would notice: what databases must say together."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.faults.invariants import Facts, _known, _money, _promises, _stock
from tests.faults.ledger import Acknowledged, Ledger

ORDER = UUID("0192f0c1-5a44-7c11-9a7e-0c5d3f6b2a10")
USER = uuid4()


def facts(
    status: str = "stock_committed",
    intents: tuple[tuple[str, int], ...] = (("succeeded", 900),),
    stock: str | None = "committed",
    given_back: int = 0,
) -> Facts:
    order = {
        "status": status,
        "total": 900,
        "refund_total": given_back,
        "user_id": USER,
        "idempotency_key": "key",
    }
    listed: list[dict[str, Any]] = [
        {"id": f"pi_{n}", "status": state, "amount": 900, "amount_received": received}
        for n, (state, received) in enumerate(intents)
    ]
    return Facts(
        {ORDER: order},
        {ORDER: {"amount": 900}},
        {ORDER: stock} if stock else {},
        {ORDER: listed},
        {"pi_0": [{"amount": given_back}]} if given_back else {},
    )


def numbers(found: Facts, ledger: Ledger | None = None) -> list[str]:
    everything = [*_money(found), *_stock(found), *_known(found)]
    everything += _promises(found, ledger or Ledger())
    return sorted({invariant.split()[0] for invariant, _ in everything})


@pytest.mark.parametrize(
    "well",
    [
        facts(),
        facts("payment_pending", (("requires_payment_method", 0),), "held"),
        facts("cancelled", (("canceled", 0),), "released"),
        facts("cancelled", (), None),
        facts("rejected", (), None),
        facts("refunded", given_back=900),
    ],
    ids=lambda well: well.orders[ORDER]["status"],
)
def test_an_order_that_is_well_violates_nothing(well: Facts) -> None:
    assert numbers(well) == []


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (facts(intents=(("succeeded", 900), ("succeeded", 900))), ["I2"]),
        (facts("payment_pending", (("requires_action", 0),) * 2, "held"), ["I2"]),
        (facts(intents=(("succeeded", 899),)), ["I2"]),
        (facts(stock="released"), ["I3"]),
        (facts("cancelled", (("requires_action", 0),), "released"), ["I4"]),
        (facts("cancelled", (("canceled", 0),), "held"), ["I4"]),
        (facts("payment_pending", (("succeeded", 900),), "held"), ["I5"]),
        (facts("stock_committed", (("canceled", 0),)), ["I5"]),
        (facts("payment_pending", (("requires_action", 0),), "released"), ["I3"]),
        (facts("refunded", given_back=901), ["I2"]),
    ],
)
def test_an_order_that_is_not_well_is_found(broken: Facts, expected: list[str]) -> None:
    assert numbers(broken) == expected


def test_stock_and_payments_of_nobodys_order_are_found() -> None:
    lost = facts()
    found = Facts({}, lost.payments, lost.reservations, lost.intents, {})
    assert len(list(_known(found))) == 3


def test_what_shoppers_were_told_must_stay_true() -> None:
    ledger = Ledger()
    ledger.checked_out(ORDER, Acknowledged(USER, "key", 900))
    ledger.paid.add(ORDER)
    assert numbers(facts(), ledger) == []
    ledger.cancelled.add(ORDER)
    assert numbers(facts(), ledger) == ["I10"]
    ledger.cancelled.clear()
    ledger.checked_out(ORDER, Acknowledged(USER, "other", 900))
    assert numbers(facts(), ledger) == ["I10"]


def test_a_lost_checkout_is_found() -> None:
    ledger = Ledger()
    ledger.checked_out(uuid4(), Acknowledged(USER, "key", 900))
    assert numbers(facts(), ledger) == ["I10"]
