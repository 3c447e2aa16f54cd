"""The life of a payment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from deployments.payments import contract
from deployments.payments.domain.alarm import AlarmKind
from deployments.payments.domain.intent import Failure, Intent
from deployments.payments.domain.payment import Payment
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.money import Money

DECLINE = Failure("ch_1", "card_declined", "Your card was declined.")


def payment() -> Payment:
    return Payment.of_order(new_id(), new_id(), "M-1", Money(4990, "EUR"))


def intent(of: Payment, **changes: Any) -> Intent:
    same = Intent("pi_1", "requires_payment_method", of.amount, 0, of.order_id, livemode=False)
    if changes.get("status") == "succeeded":
        changes.setdefault("received", of.amount.amount)
    return replace(same, **changes)


def test_the_key_is_fixed_by_the_order() -> None:
    one = payment()
    assert one.idempotency_key == f"pi-{one.order_id}"


def test_success_is_told_once_and_nothing_follows_it() -> None:
    one = payment()
    assert one.follow(intent(one, status="succeeded")) == ["payment.succeeded"]
    for status in ("succeeded", "cancelled", "requires_action", "requires_payment_method"):
        assert one.follow(intent(one, status=status, failure=DECLINE)) == []
    assert (one.status, one.failure) == ("succeeded", None)


def test_a_cancelled_payment_stays_cancelled() -> None:
    one = payment()
    assert one.follow(intent(one, status="cancelled")) == ["payment.cancelled"]
    assert one.follow(intent(one, status="succeeded")) == []
    assert one.status == "cancelled"


def test_an_untouched_intent_changes_nothing_but_is_remembered() -> None:
    one = payment()
    assert one.follow(intent(one)) == []
    assert (one.stripe_intent_id, one.attempt) == ("pi_1", 1)


def test_the_same_decline_told_twice_is_one_failure() -> None:
    one = payment()
    assert one.follow(intent(one, failure=DECLINE)) == ["payment.failed"]
    assert one.follow(intent(one, failure=DECLINE)) == []
    assert (one.attempt, one.failure) == (2, DECLINE)


def test_another_decline_is_another_failure() -> None:
    one = payment()
    one.follow(intent(one, failure=DECLINE))
    second = replace(DECLINE, ref="ch_2")
    assert one.follow(intent(one, failure=second)) == ["payment.failed"]
    assert one.attempt == 3


def test_asking_for_authentication_clears_the_failure_so_that_the_next_one_counts() -> None:
    one = payment()
    one.follow(intent(one, failure=DECLINE))
    asking = intent(one, status="requires_action", next_action_url="https://bank.test/3ds")
    assert one.follow(asking) == []
    assert (one.status, one.failure) == ("requires_action", None)
    assert one.next_action_url == "https://bank.test/3ds"
    assert one.follow(intent(one, failure=DECLINE)) == ["payment.failed"]
    assert one.next_action_url is None


def test_the_right_intent_matches() -> None:
    one = payment()
    assert one.mismatch(intent(one, status="succeeded"), livemode=False) is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"amount": Money(1, "EUR")}, "amount"),
        ({"amount": Money(4990, "USD")}, "amount"),
        ({"order_id": new_id()}, "order"),
        ({"order_id": None}, "order"),
        ({"livemode": True}, "livemode"),
        ({"status": "succeeded", "received": 4989}, "received"),
    ],
)
def test_a_wrong_intent_is_named(changes: dict[str, Any], word: str) -> None:
    one = payment()
    assert word in (one.mismatch(intent(one, **changes), livemode=False) or "")


def test_a_second_intent_for_the_order_is_a_mismatch() -> None:
    one = payment()
    one.follow(intent(one))
    assert "pi_2" in (one.mismatch(intent(one, id="pi_2"), livemode=False) or "")


def test_a_repeated_request_must_mean_the_same() -> None:
    one = payment()
    one.check_same(one.user_id, one.amount)
    with pytest.raises(Conflict):
        one.check_same(new_id(), one.amount)
    with pytest.raises(Conflict):
        one.check_same(one.user_id, Money(4990, "USD"))


def test_keys_rotate_by_number() -> None:
    one = payment()
    first = one.idempotency_key
    one.rotate_key()
    assert one.idempotency_key == f"{first}#2"
    one.rotate_key()
    assert one.idempotency_key == f"{first}#3"


def test_only_a_payment_stripe_never_saw_ends_without_stripe() -> None:
    one = payment()
    assert one.cancel_unattempted() == "payment.cancelled"
    known = payment()
    known.follow(intent(known))
    with pytest.raises(Conflict):
        known.cancel_unattempted()


def test_only_changes_count_as_versions() -> None:
    one = payment()
    seen = []
    for told in (
        intent(one),
        intent(one),
        intent(one, failure=DECLINE),
        intent(one, failure=DECLINE),
        intent(one, status="requires_action"),
        intent(one, status="succeeded"),
        intent(one, status="succeeded"),
    ):
        one.follow(told)
        seen.append(one.version)
    assert seen == [2, 2, 3, 3, 4, 5, 5]


def test_money_taken_after_the_cancellation_is_a_contradiction() -> None:
    one = payment()
    one.cancel_unattempted()
    assert "after it was cancelled" in (
        one.mismatch(intent(one, status="succeeded"), livemode=False) or ""
    )
    assert one.mismatch(intent(one, status="cancelled"), livemode=False) is None


def test_the_contract_names_every_kind_of_alarm() -> None:
    assert get_args(contract.AlarmKind) == get_args(AlarmKind)
