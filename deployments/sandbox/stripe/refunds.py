"""Refunds of a charge, whole or in parts."""

from __future__ import annotations

from deployments.sandbox.stripe import objects
from deployments.sandbox.stripe.errors import JsonObject, StripeFailure, invalid
from deployments.sandbox.stripe.events import EventLog
from deployments.sandbox.stripe.parameters import (
    Parameters,
    check_known,
    integer,
    metadata,
    text,
)
from deployments.sandbox.stripe.store import ObjectStore, Record

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    def __init__(self, store: ObjectStore, events: EventLog) -> None:
        self._store = store
        self._events = events

    def create(self, params: Parameters) -> JsonObject:
        check_known(params, ("amount", "charge", "expand", "metadata", "payment_intent", "reason"))
        reason = text(params, "reason")
        if reason is not None and reason not in _REASONS:
            raise invalid(f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
        charge = self._charge(params)
        left = charge.body["amount_captured"] - charge.body["amount_refunded"]
        if left == 0:
            raise StripeFailure(
                400,
                "invalid_request_error",
                f"Charge {charge.id} has already been refunded.",
                code="charge_already_refunded",
                executed=True,
            )
        amount = integer(params, "amount")
        amount = left if amount is None else amount
        if amount < 1:
            raise invalid("Invalid positive integer", param="amount")
        if amount > left:
            raise invalid(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        body = objects.refund(charge.body, amount, reason, metadata(params))
        charge.body["amount_refunded"] += amount
        charge.body["refunded"] = amount == left
        self._store.save(Record(body))
        self._store.save(charge)
        self._events.emit("refund.created", body)
        self._events.emit("charge.refunded", charge.body)
        return body

    def retrieve(self, identity: str) -> JsonObject:
        return self._store.get("refund", identity, "refund").body

    def list(self, params: Parameters) -> JsonObject:
        filters = {
            name: [value]
            for name in ("payment_intent", "charge")
            if (value := text(params, name)) is not None
        }
        return self._store.page("refund", "/v1/refunds", params, filters)

    def _charge(self, params: Parameters) -> Record:
        if (identity := text(params, "payment_intent")) is not None:
            intent = self._store.get("payment_intent", identity, "payment_intent")
            if intent.body["status"] != "succeeded":
                raise StripeFailure(
                    400,
                    "invalid_request_error",
                    f"This PaymentIntent ({identity}) does not have a successful charge to refund.",
                    code="payment_intent_unexpected_state",
                    executed=True,
                )
            return self._store.get("charge", intent.body["latest_charge"], "charge")
        if (identity := text(params, "charge")) is not None:
            return self._store.get("charge", identity, "charge")
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
