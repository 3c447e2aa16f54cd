"""Shapes of the objects on the wire."""

from __future__ import annotations

import secrets
import time

from deployments.sandbox.stripe.cards import CardDetails
from deployments.sandbox.stripe.errors import JsonObject
from deployments.sandbox.stripe.store import new_stripe_id


def payment_method(card: CardDetails, billing: JsonObject, metadata: dict[str, str]) -> JsonObject:
    return {
        "id": new_stripe_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": billing.get("address"),
            "email": billing.get("email"),
            "name": billing.get("name"),
            "phone": billing.get("phone"),
        },
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "funding": "credit",
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": int(time.time()),
        "customer": None,
        "livemode": False,
        "metadata": metadata,
        "type": "card",
    }


def payment_intent(
    amount: int, currency: str, metadata: dict[str, str], description: str | None
) -> JsonObject:
    identity = new_stripe_id("pi")
    return {
        "id": identity,
        "object": "payment_intent",
        "allowed_payment_method_types": ["card"],
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{identity}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": int(time.time()),
        "currency": currency,
        "customer": None,
        "description": description,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def charge(intent: JsonObject, method: JsonObject, error: JsonObject | None) -> JsonObject:
    """A paid charge, or a failed one when ``error`` says why."""
    paid = error is None
    return {
        "id": new_stripe_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "captured": paid,
        "created": int(time.time()),
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None if error is None else error.get("decline_code") or error["code"],
        "failure_message": None if error is None else error["message"],
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": {
            "network_status": "approved_by_network" if paid else "declined_by_network",
            "reason": None if error is None else error.get("decline_code") or error["code"],
            "seller_message": "Payment complete." if paid else "The bank declined the payment.",
            "type": "authorized" if paid else "issuer_declined",
        },
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": method["card"], "type": "card"},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def refund(
    paid: JsonObject, amount: int, reason: str | None, metadata: JsonObject, *, pending: bool
) -> JsonObject:
    waiting = {"pending_reason": "processing"} if pending else {}
    return {
        "id": new_stripe_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": paid["id"],
        "created": int(time.time()),
        "currency": paid["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": paid["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "status": "pending" if pending else "succeeded",
        **waiting,
    }


def dispute(paid: JsonObject) -> JsonObject:
    now = int(time.time())
    return {
        "id": new_stripe_id("du"),
        "object": "dispute",
        "amount": paid["amount"],
        "balance_transactions": [],
        "charge": paid["id"],
        "created": now,
        "currency": paid["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"uncategorized_text": None},
        "evidence_details": {
            "due_by": now + 7 * 24 * 3600,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": paid["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }


def early_fraud_warning(paid: JsonObject) -> JsonObject:
    return {
        "id": new_stripe_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": paid["id"],
        "created": int(time.time()),
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": paid["payment_intent"],
    }
