"""Payment intents and events through the SDK; the sandbox answers the same calls."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import stripe

from deployments.payments.application.ports import StripeEvent, StripeRefusal, StripeReplaysError
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment
from deployments.payments.infrastructure.stripe_circuit import unavailable
from deployments.payments.infrastructure.stripe_client import StripeCalls, is_missing, is_replayed
from deployments.payments.infrastructure.stripe_objects import read_event, read_intent

_CLOCK_SKEW = timedelta(minutes=5)
# Stripe takes 20 at most.
_LISTED_EVENTS = [
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "review.opened",
]


class SdkStripeGateway:
    """``shop``: our name in the metadata of intents."""

    def __init__(self, calls: StripeCalls, *, shop: str) -> None:
        self.livemode = calls.livemode
        self._calls = calls
        self._v1 = calls.v1
        self._shop = shop

    async def create_intent(self, payment: Payment) -> Intent:
        try:
            created = await self._calls.answered(
                lambda: self._v1.payment_intents.create_async(
                    {
                        "amount": payment.amount.amount,
                        "currency": payment.amount.currency.lower(),
                        "allowed_payment_method_types": ["card"],
                        "description": f"Order {payment.order_number}",
                        "metadata": {
                            "order_id": str(payment.order_id),
                            "payment_id": str(payment.id),
                            "shop": self._shop,
                        },
                    },
                    {"idempotency_key": payment.idempotency_key},
                )
            )
        except stripe.InvalidRequestError as error:
            raise StripeRefusal(error.user_message or "the payment was refused") from error
        except stripe.IdempotencyError as error:
            raise StripeReplaysError(str(error)) from error
        except stripe.APIError as error:
            if is_replayed(error):
                raise StripeReplaysError(str(error)) from error
            raise unavailable() from error
        return read_intent(created.to_dict())

    async def find_intent(self, payment: Payment) -> Intent | None:
        since = int((payment.created_at - _CLOCK_SKEW).timestamp())
        wanted = {"created": {"gte": since}}
        async for found in self._calls.pages(self._v1.payment_intents.list_async, wanted):
            # Other intents of the account may be of kinds we can't read.
            if (found.get("metadata") or {}).get("order_id") == str(payment.order_id):
                return read_intent(found)
        return None

    async def confirm_intent(
        self, payment: Payment, payment_method: str, return_url: str
    ) -> Intent:
        intent_id = str(payment.stripe_intent_id)
        try:
            confirmed = await self._calls.answered(
                lambda: self._v1.payment_intents.confirm_async(
                    intent_id,
                    {"payment_method": payment_method, "return_url": return_url},
                    {"idempotency_key": _confirmation_key(payment, payment_method, return_url)},
                )
            )
        except stripe.CardError as error:
            # A replayed decline shows the intent as it was then.
            told = None if is_replayed(error) else _intent_in(error)
            return told or await self._must_retrieve(intent_id)
        except stripe.InvalidRequestError as error:
            if error.code == "payment_intent_unexpected_state":
                return await self._must_retrieve(intent_id)
            raise StripeRefusal(error.user_message or "the payment was refused") from error
        except stripe.IdempotencyError as error:
            raise StripeReplaysError(str(error)) from error
        except stripe.APIError as error:
            # The attempt may have gone through before the error: the intent knows.
            intent = await self._must_retrieve(intent_id)
            untouched = intent.status == "requires_payment_method" and intent.failure in (
                None,
                payment.failure,
            )
            if untouched and (error.http_status or 0) >= 500:
                raise StripeReplaysError(str(error)) from error
            if untouched:
                raise unavailable() from error
            return intent
        answer = confirmed.last_response
        if answer is not None and answer.headers.get("idempotent-replayed") == "true":
            # An old answer: the shopper may have authenticated since.
            return await self._must_retrieve(intent_id)
        return read_intent(confirmed.to_dict())

    async def cancel_intent(self, intent_id: str) -> Intent:
        try:
            cancelled = await self._calls.answered_or_unavailable(
                lambda: self._v1.payment_intents.cancel_async(intent_id)
            )
        except stripe.InvalidRequestError:
            return await self._must_retrieve(intent_id)
        return read_intent(cancelled.to_dict())

    async def retrieve_intent(self, intent_id: str) -> Intent | None:
        try:
            found = await self._calls.answered_or_unavailable(
                lambda: self._v1.payment_intents.retrieve_async(intent_id)
            )
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        return read_intent(found.to_dict())

    async def events_since(self, moment: datetime) -> AsyncIterator[StripeEvent]:
        wanted = {"created": {"gte": int(moment.timestamp())}, "types": _LISTED_EVENTS}
        async for event in self._calls.pages(self._v1.events.list_async, wanted):
            yield read_event(event)

    async def _must_retrieve(self, intent_id: str) -> Intent:
        intent = await self.retrieve_intent(intent_id)
        if intent is None:
            raise StripeRefusal("Stripe does not know this payment")
        return intent


def _confirmation_key(payment: Payment, payment_method: str, return_url: str) -> str:
    """The same for repeats of one attempt, another after a failed one."""
    told = hashlib.sha256(f"{payment_method} {return_url}".encode()).hexdigest()[:24]
    return f"pc-{payment.id}-{payment.attempt}-{told}"


def _intent_in(error: stripe.StripeError) -> Intent | None:
    body: Any = error.json_body
    intent = body.get("error", {}).get("payment_intent") if isinstance(body, dict) else None
    return read_intent(intent) if intent else None
