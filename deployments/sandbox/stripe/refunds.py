"""Refunds of a charge, whole or in parts."""

from __future__ import annotations

from deployments.sandbox.stripe import objects
from deployments.sandbox.stripe.errors import JsonObject, StripeFailure, invalid
from deployments.sandbox.stripe.events import EventLog
from deployments.sandbox.stripe.later import Later
from deployments.sandbox.stripe.parameters import (
    Parameters,
    check_known,
    integer,
    metadata,
    text,
)
from deployments.sandbox.stripe.store import ObjectStore, Record, new_stripe_id

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    def __init__(self, store: ObjectStore, events: EventLog, later: Later) -> None:
        self._store = store
        self._events = events
        self._later = later

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
            raise StripeFailure(
                400,
                "invalid_request_error",
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
                executed=True,
            )
        behaviour = charge.private.get("behaviour")
        body = objects.refund(
            charge.body, amount, reason, metadata(params), pending=behaviour == "pending_refund"
        )
        charge.body["amount_refunded"] += amount
        charge.body["refunded"] = amount == left
        self._store.save(Record(body))
        self._store.save(charge)
        self._events.emit("refund.created", body)
        self._events.emit("charge.refunded", charge.body)
        if behaviour == "pending_refund":
            self._later.plan("settle_refund", body["id"])
        if behaviour == "refund_fails":
            self._later.plan("fail_refund", body["id"])
        return body

    def settle(self, identity: str) -> None:
        """The bank has paid a pending refund out."""
        refund = self._store.get("refund", identity)
        refund.body.pop("pending_reason", None)
        refund.body["status"] = "succeeded"
        self._store.save(refund)
        self._tell("refund.updated", refund)

    def fail(self, identity: str) -> None:
        """The bank sends the money back; it can be refunded again."""
        refund = self._store.get("refund", identity)
        refund.body.pop("pending_reason", None)
        refund.body.update(
            status="failed",
            failure_reason="expired_or_canceled_card",
            failure_balance_transaction=new_stripe_id("txn"),
        )
        charge = self._store.get("charge", refund.body["charge"])
        charge.body["amount_refunded"] -= refund.body["amount"]
        charge.body["refunded"] = False
        self._store.save(refund)
        self._store.save(charge)
        self._tell("refund.failed", refund)

    def _tell(self, kind: str, refund: Record) -> None:
        """Stripe tells card refunds under their charge as well."""
        self._events.emit("charge.refund.updated", refund.body)
        self._events.emit(kind, refund.body)

    def retrieve(self, identity: str) -> JsonObject:
        return self._store.get("refund", identity, "refund").body

    def list(self, params: Parameters) -> JsonObject:
        check_known(
            params,
            (
                "charge",
                "created",
                "ending_before",
                "expand",
                "limit",
                "payment_intent",
                "starting_after",
            ),
        )
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
