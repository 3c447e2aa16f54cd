"""Events of the topic ``payments`` to the use case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.cart.application.ports import RefundOutcome
from deployments.cart.application.record_payment import PaymentFact, RecordPayment
from deployments.cart.application.record_refund import RecordRefund, RefundFact
from deployments.cart.domain.refund import RefundState
from deployments.shared.events import Event
from deployments.shared.money import Money


class PaymentEvents:
    """Handler of a ``StreamConsumer``. ``payment.failed`` changes nothing: the stock stays held
    and the shopper may try another card until the order expires."""

    def __init__(self, record: RecordPayment, refund: RecordRefund) -> None:
        self._record = record
        self._refund = refund

    async def __call__(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type == "payment.succeeded":
                await self._record.succeeded(_fact(event))
            elif event.type == "payment.cancelled":
                await self._record.cancelled(_fact(event))
            elif event.type == "refund.succeeded":
                await self._refund(_refund_fact(event, RefundState.SUCCEEDED))
            elif event.type == "refund.failed":
                await self._refund(_refund_fact(event, RefundState.FAILED))


def _fact(event: Event) -> PaymentFact:
    payload = event.payload
    return PaymentFact(
        event_id=event.event_id,
        payment_id=UUID(payload["payment_id"]),
        order_id=UUID(payload["order_id"]),
        amount=Money(payload["amount"], payload["currency"]),
    )


def _refund_fact(event: Event, state: RefundState) -> RefundFact:
    payload = event.payload
    return RefundFact(
        event_id=event.event_id,
        refund_id=UUID(payload["refund_id"]),
        order_id=UUID(payload["order_id"]),
        amount=Money(payload["amount"], payload["currency"]),
        outcome=RefundOutcome(state, payload.get("failure_message")),
    )
