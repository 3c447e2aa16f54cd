"""Disputes: a cardholder's bank takes a payment back."""

from __future__ import annotations

from typing import Any

from deployments.sandbox.stripe import objects
from deployments.sandbox.stripe.errors import JsonObject, StripeFailure
from deployments.sandbox.stripe.events import EventLog
from deployments.sandbox.stripe.parameters import Parameters, check_known, flag, text
from deployments.sandbox.stripe.store import ObjectStore, Record

KIND = "dispute"
# Stripe's test evidence decides how a test dispute ends.
_ENDS = {"winning_evidence": "won", "losing_evidence": "lost"}


class Disputes:
    def __init__(self, store: ObjectStore, events: EventLog) -> None:
        self._store = store
        self._events = events

    def open(self, charge_id: str) -> None:
        """The bank disputes a charge."""
        charge = self._store.get("charge", charge_id)
        charge.body["disputed"] = True
        self._store.save(charge)
        body = objects.dispute(charge.body)
        self._store.save(Record(body))
        self._events.emit("charge.dispute.created", body)

    def warn(self, charge_id: str) -> None:
        """The bank believes a charge to be fraud, but takes nothing back yet."""
        body = objects.early_fraud_warning(self._store.get("charge", charge_id).body)
        self._store.save(Record(body))
        self._events.emit("radar.early_fraud_warning.created", body)

    def retrieve(self, identity: str) -> JsonObject:
        return self._store.get(KIND, identity, KIND).body

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
        return self._store.page(KIND, "/v1/disputes", params, filters)

    def update(self, identity: str, params: Parameters) -> JsonObject:
        """Take evidence; submitted test evidence ends the dispute at once."""
        check_known(params, ("evidence", "expand", "metadata", "submit"))
        dispute = self._open(identity)
        given: Any = params.get("evidence")
        evidence = text(given, "uncategorized_text") if isinstance(given, dict) else None
        submitted = flag(params, "submit") if "submit" in params else True
        if evidence is not None:
            dispute.body["evidence"]["uncategorized_text"] = evidence
            dispute.body["evidence_details"]["has_evidence"] = True
        if submitted and evidence is not None:
            dispute.body["evidence_details"]["submission_count"] += 1
            dispute.body["status"] = "under_review"
        self._store.save(dispute)
        self._events.emit("charge.dispute.updated", dispute.body)
        if submitted and evidence in _ENDS:
            return self._end(dispute, _ENDS[evidence])
        return dispute.body

    def close(self, identity: str, params: Parameters) -> JsonObject:
        """Accept the loss."""
        check_known(params, ("expand",))
        return self._end(self._open(identity), "lost")

    def _open(self, identity: str) -> Record:
        dispute = self._store.get(KIND, identity, KIND)
        if dispute.body["status"] in ("won", "lost"):
            raise StripeFailure(
                400, "invalid_request_error", "This dispute is already closed", executed=True
            )
        return dispute

    def _end(self, dispute: Record, status: str) -> JsonObject:
        dispute.body["status"] = status
        self._store.save(dispute)
        self._events.emit("charge.dispute.closed", dispute.body)
        return dispute.body
