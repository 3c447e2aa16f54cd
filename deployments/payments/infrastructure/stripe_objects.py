"""Stripe's JSON in our words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from deployments.payments.application.ports import StripeEvent
from deployments.payments.domain.dispute import Dispute
from deployments.payments.domain.intent import Failure, Intent, IntentStatus
from deployments.payments.domain.refund import RefundStatus, StripeRefund
from deployments.shared.money import Money

_STATUSES: Mapping[str, IntentStatus] = {
    "requires_payment_method": "requires_payment_method",
    "requires_confirmation": "requires_payment_method",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "processing",
    "succeeded": "succeeded",
    "canceled": "cancelled",
}
_REFUND_STATUSES: Mapping[str, RefundStatus] = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
# Decline codes a shopper may see; others could tell a thief how far he got.
_SHOWN_DECLINES = frozenset({"insufficient_funds"})


def read_intent(body: Mapping[str, Any]) -> Intent:
    """Raises ``ValueError`` or ``KeyError`` when ``body`` is no payment intent of Stripe's."""
    action = (body.get("next_action") or {}).get("redirect_to_url") or {}
    return Intent(
        id=str(body["id"]),
        status=_STATUSES[body["status"]],
        amount=Money(int(body["amount"]), str(body["currency"]).upper()),
        received=int(body.get("amount_received") or 0),
        order_id=_uuid(body, "order_id"),
        livemode=bool(body["livemode"]),
        failure=_failure(body.get("last_payment_error")),
        next_action_url=action.get("url"),
        shop=(body.get("metadata") or {}).get("shop"),
    )


def read_refund(body: Mapping[str, Any]) -> StripeRefund:
    """Raises ``ValueError`` or ``KeyError`` when ``body`` is no refund of Stripe's."""
    reason = str(body.get("failure_reason") or "unknown").replace("_", " ")
    status = _REFUND_STATUSES[body["status"]]
    return StripeRefund(
        id=str(body["id"]),
        status=status,
        amount=Money(int(body["amount"]), str(body["currency"]).upper()),
        intent_id=_id_of(body.get("payment_intent")),
        refund_id=_uuid(body, "refund_id"),
        failure_message=f"the bank refused the refund: {reason}" if status == "failed" else None,
    )


def read_dispute(body: Mapping[str, Any]) -> Dispute:
    """Raises ``ValueError`` or ``KeyError`` when ``body`` is no dispute of Stripe's."""
    due = (body.get("evidence_details") or {}).get("due_by")
    return Dispute(
        id=_word(body["id"], 100),
        intent_id=_id_of(body.get("payment_intent")),
        amount=Money(int(body["amount"]), str(body["currency"]).upper()),
        reason=_word(body["reason"], 80),
        status=_word(body["status"], 40),
        respond_by=datetime.fromtimestamp(int(due), UTC) if due else None,
        created_at=datetime.fromtimestamp(int(body["created"]), UTC),
    )


def read_event(body: Mapping[str, Any]) -> StripeEvent:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` when ``body`` is no event.

    What it is about is read later: an event we don't understand yet must not be lost.
    """
    if not isinstance(body["data"]["object"], Mapping):
        raise ValueError("an event shows an object")
    return StripeEvent(
        id=_word(body["id"], 255),
        type=_word(body["type"], 100),
        livemode=bool(body["livemode"]),
        created_at=datetime.fromtimestamp(int(body["created"]), UTC),
        payload=body,
    )


def _word(value: Any, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"{value!r} is no identifier")
    return value


def _uuid(body: Mapping[str, Any], name: str) -> UUID | None:
    try:
        return UUID(str((body.get("metadata") or {}).get(name)))
    except ValueError:
        return None


def _id_of(value: Any) -> str | None:
    """Stripe shows an object by its id, or whole where that was asked for."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return str(value) if value else None


def _failure(error: Mapping[str, Any] | None) -> Failure | None:
    if not error:
        return None
    code = str(error.get("code") or "card_declined")
    decline = error.get("decline_code")
    method = (error.get("payment_method") or {}).get("id", "")
    return Failure(
        ref=str(error.get("charge") or f"{method}:{code}"),
        code=decline if decline in _SHOWN_DECLINES else code,
        message=str(error.get("message") or "The card was declined."),
    )
