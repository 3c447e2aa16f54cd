"""Refunds and disputes through the SDK; the sandbox answers the same calls."""

from __future__ import annotations

import stripe

from deployments.payments.application.ports import StripeRefusal, StripeReplaysError
from deployments.payments.domain.dispute import Dispute
from deployments.payments.domain.refund import Refund, StripeRefund
from deployments.payments.infrastructure.stripe_circuit import unavailable
from deployments.payments.infrastructure.stripe_client import StripeCalls, is_missing, is_replayed
from deployments.payments.infrastructure.stripe_objects import read_dispute, read_refund


class SdkMoneyBackGateway:
    def __init__(self, calls: StripeCalls) -> None:
        self._calls = calls

    async def create_refund(self, refund: Refund) -> StripeRefund:
        try:
            made = await self._calls.answered(
                lambda: self._calls.v1.refunds.create_async(
                    {
                        "payment_intent": refund.stripe_intent_id,
                        "amount": refund.amount.amount,
                        "metadata": {
                            "refund_id": str(refund.id),
                            "order_id": str(refund.order_id),
                            "payment_id": str(refund.payment_id),
                        },
                    },
                    {"idempotency_key": refund.idempotency_key},
                )
            )
        except stripe.InvalidRequestError as error:
            raise StripeRefusal(error.user_message or "the refund was refused") from error
        except stripe.IdempotencyError as error:
            raise StripeReplaysError(str(error)) from error
        except stripe.APIError as error:
            if is_replayed(error):
                raise StripeReplaysError(str(error)) from error
            raise unavailable() from error
        return read_refund(made.to_dict())

    async def find_refund(self, refund: Refund) -> StripeRefund | None:
        wanted = {"payment_intent": refund.stripe_intent_id}
        async for found in self._calls.pages(self._calls.v1.refunds.list_async, wanted):
            if (found.get("metadata") or {}).get("refund_id") == str(refund.id):
                return read_refund(found)
        return None

    async def retrieve_refund(self, stripe_refund_id: str) -> StripeRefund | None:
        try:
            found = await self._calls.answered_or_unavailable(
                lambda: self._calls.v1.refunds.retrieve_async(stripe_refund_id)
            )
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        return read_refund(found.to_dict())

    async def retrieve_dispute(self, dispute_id: str) -> Dispute | None:
        try:
            found = await self._calls.answered_or_unavailable(
                lambda: self._calls.v1.disputes.retrieve_async(dispute_id)
            )
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        return read_dispute(found.to_dict())
