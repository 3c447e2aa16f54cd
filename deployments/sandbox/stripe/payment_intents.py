"""The life of a payment intent."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from deployments.sandbox.stripe import objects
from deployments.sandbox.stripe.cards import decline_of, needs_authentication
from deployments.sandbox.stripe.errors import JsonObject, StripeFailure, invalid
from deployments.sandbox.stripe.events import EventLog
from deployments.sandbox.stripe.later import Later
from deployments.sandbox.stripe.parameters import (
    Parameters,
    amount_and_currency,
    check_known,
    flag,
    metadata,
    text,
)
from deployments.sandbox.stripe.payment_methods import PaymentMethods
from deployments.sandbox.stripe.store import ObjectStore, Record

KIND = "payment_intent"
_CREATE = (
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "description",
    "expand",
    "metadata",
    "payment_method",
    "allowed_payment_method_types",
    "receipt_email",
    "return_url",
    "statement_descriptor_suffix",
)
_CONFIRM = ("client_secret", "expand", "off_session", "payment_method", "return_url")
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = (*_CONFIRMABLE, "requires_capture", "processing")
_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


class PaymentIntents:
    """``base_url``: address of the sandbox as browsers reach it, for the 3-D Secure page."""

    def __init__(
        self,
        store: ObjectStore,
        methods: PaymentMethods,
        events: EventLog,
        later: Later,
        base_url: str,
    ) -> None:
        self._store = store
        self._methods = methods
        self._events = events
        self._later = later
        self._base_url = base_url

    def create(self, params: Parameters) -> JsonObject:
        check_known(params, _CREATE)
        amount, currency = amount_and_currency(params)
        if text(params, "capture_method") == "manual":
            raise invalid("This sandbox captures automatically only.", param="capture_method")
        if params.get("allowed_payment_method_types", ["card"]) != ["card"]:
            raise invalid("This sandbox takes cards only.", param="allowed_payment_method_types")
        body = objects.payment_intent(
            amount, currency, metadata(params), text(params, "description")
        )
        body["receipt_email"] = text(params, "receipt_email")
        body["statement_descriptor_suffix"] = text(params, "statement_descriptor_suffix")
        if "automatic_payment_methods" in params:
            body["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
        intent = Record(body)
        if method := text(params, "payment_method"):
            body["payment_method"] = self._methods.resolve(method).id
            body["status"] = "requires_confirmation"
        self._store.save(intent)
        self._events.emit("payment_intent.created", body)
        if flag(params, "confirm"):
            return self._confirm(intent, params)
        return body

    def retrieve(self, identity: str) -> JsonObject:
        return self._store.get(KIND, identity, "intent").body

    def list(self, params: Parameters) -> JsonObject:
        return self._store.page(KIND, "/v1/payment_intents", params)

    def confirm(self, identity: str, params: Parameters) -> JsonObject:
        check_known(params, _CONFIRM)
        return self._confirm(self._store.get(KIND, identity, "intent"), params)

    def cancel(self, identity: str, params: Parameters) -> JsonObject:
        check_known(params, ("cancellation_reason", "expand"))
        reason = text(params, "cancellation_reason")
        if reason is not None and reason not in _REASONS:
            raise invalid(f"Invalid cancellation_reason: {reason}", param="cancellation_reason")
        intent = self._store.get(KIND, identity, "intent")
        status = intent.body["status"]
        if status not in _CANCELABLE:
            raise _unexpected_state(
                f"You cannot cancel this PaymentIntent because it has a status of {status}. "
                "Only a PaymentIntent with one of the following statuses may be canceled: "
                f"{', '.join(_CANCELABLE)}.",
                intent,
            )
        intent.body.update(
            status="canceled",
            canceled_at=int(time.time()),
            cancellation_reason=reason,
            next_action=None,
        )
        self._store.save(intent)
        self._events.emit("payment_intent.canceled", intent.body)
        return intent.body

    def find(self, identity: str) -> Record | None:
        return self._store.find(KIND, identity)

    def authenticate(self, intent: Record, *, approved: bool) -> None:
        """The shopper answered on the 3-D Secure page."""
        if intent.body["status"] != "requires_action":
            return
        method = self._store.get("payment_method", intent.body["payment_method"])
        if approved:
            try:
                self._charge(intent, method, authenticated=True)
            except StripeFailure:
                # The decline is recorded on the intent; the shopper is sent back either way.
                return
        else:
            error: JsonObject = {
                "code": "payment_intent_authentication_failure",
                "doc_url": _doc_url("payment_intent_authentication_failure"),
                "message": "The provided PaymentMethod has failed authentication. You can provide "
                "payment_method_data or a new PaymentMethod to attempt to fulfill this "
                "PaymentIntent again.",
                "payment_method": method.body,
                "type": "invalid_request_error",
            }
            self._fail(intent, error)

    def _confirm(self, intent: Record, params: Parameters) -> JsonObject:
        status = intent.body["status"]
        if status == "succeeded":
            raise _unexpected_state(
                "You cannot confirm this PaymentIntent because it has already succeeded after "
                "being previously confirmed.",
                intent,
            )
        if status not in _CONFIRMABLE:
            raise _unexpected_state(
                f"You cannot confirm this PaymentIntent because it has a status of {status}. "
                "Only a PaymentIntent with one of the following statuses may be confirmed: "
                "requires_confirmation, requires_action.",
                intent,
            )
        return_url = _checked_url(text(params, "return_url"))
        given = text(params, "payment_method") or intent.body["payment_method"]
        if given is None:
            raise _unexpected_state(
                "You cannot confirm this PaymentIntent because it's missing a payment method. "
                "You can either update the PaymentIntent with a payment method and then confirm "
                "it again, or confirm it again directly with a payment method.",
                intent,
            )
        method = self._methods.resolve(given)
        intent.body.update(payment_method=method.id, last_payment_error=None, next_action=None)
        if needs_authentication(method.private["behaviour"]):
            return self._ask_for_authentication(intent, return_url)
        return self._charge(intent, method, authenticated=False)

    def _ask_for_authentication(self, intent: Record, return_url: str | None) -> JsonObject:
        intent.private["return_url"] = return_url
        intent.body.update(
            status="requires_action",
            next_action={
                "redirect_to_url": {
                    "return_url": return_url,
                    "url": f"{self._base_url}/3ds/{intent.id}",
                },
                "type": "redirect_to_url",
            },
        )
        self._store.save(intent)
        self._events.emit("payment_intent.requires_action", intent.body)
        return intent.body

    def _charge(self, intent: Record, method: Record, *, authenticated: bool) -> JsonObject:
        behaviour = method.private["behaviour"]
        decline = decline_of(behaviour, authenticated=authenticated)
        charge = objects.charge(intent.body, method.body, decline.error if decline else None)
        self._store.save(Record(charge, {"behaviour": behaviour}))
        intent.body.update(latest_charge=charge["id"], next_action=None)
        if decline is not None:
            error = {
                "charge": charge["id"],
                "doc_url": _doc_url(decline.error["code"]),
                **decline.error,
                "payment_method": method.body,
            }
            self._events.emit("charge.failed", charge)
            self._fail(intent, error)
            decline.error.update(error, payment_intent=intent.body)
            raise decline
        intent.body.update(status="succeeded", amount_received=intent.body["amount"])
        self._store.save(intent)
        self._events.emit("charge.succeeded", charge)
        self._events.emit("payment_intent.succeeded", intent.body)
        if behaviour == "disputed":
            self._later.plan("dispute", charge["id"])
        if behaviour == "fraud_warning":
            self._later.plan("warn_of_fraud", charge["id"])
        return intent.body

    def _fail(self, intent: Record, error: JsonObject) -> None:
        intent.body.update(
            status="requires_payment_method",
            last_payment_error=error,
            next_action=None,
            payment_method=None,
        )
        self._store.save(intent)
        self._events.emit("payment_intent.payment_failed", intent.body)


def _unexpected_state(message: str, intent: Record) -> StripeFailure:
    extra: dict[str, Any] = {"payment_intent": intent.body}
    return StripeFailure(
        400,
        "invalid_request_error",
        message,
        code="payment_intent_unexpected_state",
        executed=True,
        doc_url=_doc_url("payment_intent_unexpected_state"),
        **extra,
    )


def _doc_url(code: str) -> str:
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def _checked_url(url: str | None) -> str | None:
    if url is not None and urlsplit(url).scheme not in ("http", "https"):
        raise invalid("Not a valid URL", code="url_invalid", param="return_url")
    return url
