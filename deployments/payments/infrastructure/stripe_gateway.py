"""Stripe through its SDK; the sandbox answers the same calls."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import stripe
from stripe import StripeClient

from deployments.payments.application.ports import StripeEvent, StripeRefusal, StripeReplaysError
from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.payments.infrastructure.stripe_http import StripeHttp
from deployments.payments.infrastructure.stripe_objects import read_event, read_intent
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
T = TypeVar("T", bound=stripe.StripeObject)
_PAGE = 100
_CLOCK_SKEW = timedelta(minutes=5)
_LISTED_EVENTS = [
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_intent.canceled",
]


class SdkStripeGateway:
    """One pooled client; ``aclose`` ends it."""

    def __init__(self, settings: PaymentsSettings) -> None:
        key = settings.stripe_api_key.get_secret_value()
        self.livemode = key.startswith(("sk_live_", "rk_live_"))
        self._http = StripeHttp(settings.stripe_timeout_seconds)
        base = settings.stripe_api_base.rstrip("/")
        self._client = StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            max_network_retries=settings.stripe_retries,
            http_client=self._http,
        )

    async def aclose(self) -> None:
        await self._http.close_async()

    async def create_intent(self, payment: Payment) -> Intent:
        try:
            created = await _answered(
                self._client.v1.payment_intents.create_async(
                    {
                        "amount": payment.amount.amount,
                        "currency": payment.amount.currency.lower(),
                        "allowed_payment_method_types": ["card"],
                        "description": f"Order {payment.order_number}",
                        "metadata": {
                            "order_id": str(payment.order_id),
                            "payment_id": str(payment.id),
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
            if (error.headers or {}).get("idempotent-replayed") == "true":
                raise StripeReplaysError(str(error)) from error
            raise _unavailable() from error
        return read_intent(created.to_dict())

    async def find_intent(self, payment: Payment) -> Intent | None:
        since = int((payment.created_at - _CLOCK_SKEW).timestamp())
        page = await _answered_or_unavailable(
            self._client.v1.payment_intents.list_async({"created": {"gte": since}, "limit": _PAGE})
        )
        async for found in page.auto_paging_iter():
            intent = read_intent(found.to_dict())
            if intent.order_id == payment.order_id:
                return intent
        return None

    async def confirm_intent(
        self, payment: Payment, payment_method: str, return_url: str
    ) -> Intent:
        intent_id = str(payment.stripe_intent_id)
        try:
            confirmed = await _answered(
                self._client.v1.payment_intents.confirm_async(
                    intent_id,
                    {"payment_method": payment_method, "return_url": return_url},
                    {"idempotency_key": _confirmation_key(payment, payment_method, return_url)},
                )
            )
        except stripe.CardError as error:
            return _intent_in(error) or await self._must_retrieve(intent_id)
        except stripe.InvalidRequestError as error:
            if error.code == "payment_intent_unexpected_state":
                return await self._must_retrieve(intent_id)
            raise StripeRefusal(error.user_message or "the payment was refused") from error
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
                raise _unavailable() from error
            return intent
        answer = confirmed.last_response
        if answer is not None and answer.headers.get("idempotent-replayed") == "true":
            # An old answer: the shopper may have authenticated since.
            return await self._must_retrieve(intent_id)
        return read_intent(confirmed.to_dict())

    async def cancel_intent(self, intent_id: str) -> Intent:
        try:
            cancelled = await _answered(self._client.v1.payment_intents.cancel_async(intent_id))
        except stripe.InvalidRequestError:
            return await self._must_retrieve(intent_id)
        except stripe.APIError as error:
            raise _unavailable() from error
        return read_intent(cancelled.to_dict())

    async def retrieve_intent(self, intent_id: str) -> Intent | None:
        try:
            found = await _answered(self._client.v1.payment_intents.retrieve_async(intent_id))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise
        except stripe.APIError as error:
            raise _unavailable() from error
        return read_intent(found.to_dict())

    async def events_since(self, moment: datetime) -> AsyncIterator[StripeEvent]:
        page = await _answered_or_unavailable(
            self._client.v1.events.list_async(
                {
                    "created": {"gte": int(moment.timestamp())},
                    "types": _LISTED_EVENTS,
                    "limit": _PAGE,
                }
            )
        )
        async for event in page.auto_paging_iter():
            yield read_event(event.to_dict())

    async def _must_retrieve(self, intent_id: str) -> Intent:
        intent = await self.retrieve_intent(intent_id)
        if intent is None:
            raise StripeRefusal("Stripe does not know this payment")
        return intent


async def _answered(call: Awaitable[T]) -> T:
    """The answer of Stripe; ``Unavailable`` when there is none or it asks to come back later."""
    try:
        return await call
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise _unavailable() from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("Stripe refuses our API key", extra={"error": type(error).__name__})
        raise _unavailable() from error


async def _answered_or_unavailable(call: Awaitable[Any]) -> Any:
    try:
        return await _answered(call)
    except stripe.APIError as error:
        raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable(
        "stripe_unavailable",
        "the payment provider does not answer; nothing was charged twice, try again",
    )


def _confirmation_key(payment: Payment, payment_method: str, return_url: str) -> str:
    """The same for repeats of one attempt, another after a failed one."""
    told = hashlib.sha256(f"{payment_method} {return_url}".encode()).hexdigest()[:24]
    return f"pc-{payment.id}-{payment.attempt}-{told}"


def _intent_in(error: stripe.StripeError) -> Intent | None:
    body: Any = error.json_body
    intent = body.get("error", {}).get("payment_intent") if isinstance(body, dict) else None
    return read_intent(intent) if intent else None
