"""Stripe's words in ours."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.payments.infrastructure.stripe_objects import (
    read_dispute,
    read_event,
    read_intent,
    read_refund,
)
from deployments.shared.ids import new_id
from deployments.shared.money import Money

ORDER = new_id()


def body(**changes: Any) -> dict[str, Any]:
    same = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 4990,
        "amount_received": 4990,
        "currency": "eur",
        "metadata": {"order_id": str(ORDER)},
        "livemode": False,
        "last_payment_error": None,
        "next_action": None,
    }
    return same | changes


def test_an_intent_is_read() -> None:
    intent = read_intent(body())
    assert (intent.status, intent.amount, intent.received) == (
        "succeeded",
        Money(4990, "EUR"),
        4990,
    )
    assert intent.order_id == ORDER


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("canceled", "cancelled"),
        ("requires_confirmation", "requires_payment_method"),
        ("requires_action", "requires_action"),
        ("processing", "processing"),
    ],
)
def test_statuses(theirs: str, ours: str) -> None:
    assert read_intent(body(status=theirs)).status == ours


def test_an_unknown_status_is_an_error_not_a_guess() -> None:
    with pytest.raises(KeyError):
        read_intent(body(status="a_status_of_the_future"))


@pytest.mark.parametrize("metadata", [{}, None, {"order_id": "7"}])
def test_an_intent_of_somebody_else_has_no_order(metadata: Any) -> None:
    assert read_intent(body(metadata=metadata)).order_id is None


@pytest.mark.parametrize(
    ("error", "code", "ref"),
    [
        (
            {"charge": "ch_1", "code": "card_declined", "decline_code": "stolen_card"},
            "card_declined",
            "ch_1",
        ),
        (
            {"charge": "ch_1", "code": "card_declined", "decline_code": "insufficient_funds"},
            "insufficient_funds",
            "ch_1",
        ),
        (
            {"code": "authentication_failure", "payment_method": {"id": "pm_1"}},
            "authentication_failure",
            "pm_1:authentication_failure",
        ),
    ],
)
def test_failures_tell_the_shopper_no_more_than_they_may(
    error: dict[str, Any], code: str, ref: str
) -> None:
    failure = read_intent(body(last_payment_error=error | {"message": "No."})).failure
    assert failure is not None
    assert (failure.code, failure.ref, failure.message) == (code, ref, "No.")


def test_events_show_what_they_are_about() -> None:
    event = {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "livemode": False,
        "created": 1_700_000_000,
        "data": {"object": body()},
    }
    assert read_event(event).subject == body()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
@pytest.mark.parametrize("intent", ["pi_1", {"id": "pi_1", "object": "payment_intent"}])
def test_refunds(theirs: str, ours: str, intent: Any) -> None:
    told = {"id": "re_1", "amount": 5, "currency": "eur", "payment_intent": intent}
    refund = read_refund(told | {"status": theirs, "metadata": {"refund_id": str(ORDER)}})
    assert (refund.status, refund.intent_id, refund.refund_id) == (ours, "pi_1", ORDER)
    assert (refund.failure_message is not None) == (ours == "failed")


def test_disputes() -> None:
    told = {
        "id": "du_1",
        "amount": 5,
        "currency": "eur",
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": "needs_response",
        "created": 1_700_000_000,
        "evidence_details": {"due_by": 1_700_000_100},
    }
    dispute = read_dispute(told)
    assert dispute.respond_by is not None
    assert not dispute.is_over
    assert read_dispute(told | {"status": "won", "evidence_details": None}).is_over
