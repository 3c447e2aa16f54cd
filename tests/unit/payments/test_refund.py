"""The life of a refund."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployments.payments.domain.refund import Refund, StripeRefund, left_to_refund
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.ids import new_id
from deployments.shared.money import Money


def refund() -> Refund:
    refund_id = new_id()
    return Refund(
        refund_id, new_id(), new_id(), "pi_1", Money(1000, "EUR"), "broken", f"re-{refund_id}"
    )


def at_stripe(of: Refund, **changes: Any) -> StripeRefund:
    return replace(StripeRefund("re_1", "succeeded", of.amount, "pi_1", of.id), **changes)


def test_success_is_told_once() -> None:
    one = refund()
    assert one.follow(at_stripe(one, status="pending")) == []
    assert (one.status, one.stripe_refund_id) == ("pending", "re_1")
    assert one.follow(at_stripe(one)) == ["refund.succeeded"]
    for old in ("succeeded", "pending"):
        assert one.follow(at_stripe(one, status=old)) == []
    assert one.status == "succeeded"


def test_a_bank_may_send_back_what_had_succeeded_and_that_is_the_end() -> None:
    one = refund()
    one.follow(at_stripe(one))
    told = at_stripe(one, status="failed", failure_message="lost card")
    assert one.follow(told) == ["refund.failed"]
    for old in ("failed", "succeeded", "pending"):
        assert one.follow(at_stripe(one, status=old)) == []
    assert (one.status, one.failure_message) == ("failed", "lost card")


def test_only_a_refund_stripe_never_made_is_refused() -> None:
    one = refund()
    assert one.refuse("no money left") == ["refund.failed"]
    made = refund()
    made.follow(at_stripe(made, status="pending"))
    with pytest.raises(Conflict):
        made.refuse("no money left")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"amount": Money(1, "EUR")}, "amount"),
        ({"amount": Money(1000, "USD")}, "amount"),
        ({"intent_id": "pi_2"}, "intent"),
        ({"refund_id": None}, "refund id"),
        ({"id": "re_2"}, "re_2"),
    ],
)
def test_another_refund_is_named(changes: dict[str, Any], word: str) -> None:
    one = refund()
    one.follow(at_stripe(one, status="pending"))
    assert one.mismatch(at_stripe(one)) is None
    assert word in (one.mismatch(at_stripe(one, **changes)) or "")


def test_a_repeated_request_must_mean_the_same() -> None:
    one = refund()
    one.check_same(one.order_id, one.amount, one.reason)
    for other in (
        (new_id(), one.amount, one.reason),
        (one.order_id, Money(1, "EUR"), one.reason),
        (one.order_id, one.amount, "another"),
    ):
        with pytest.raises(Invalid):
            one.check_same(*other)


def test_what_is_left_to_refund() -> None:
    paid = Money(1000, "EUR")
    left_to_refund(paid, 400, Money(600, "EUR"))
    with pytest.raises(Conflict) as error:
        left_to_refund(paid, 400, Money(601, "EUR"))
    assert error.value.extra == {"left": 600}
    with pytest.raises(Invalid):
        left_to_refund(paid, 0, Money(1, "USD"))
