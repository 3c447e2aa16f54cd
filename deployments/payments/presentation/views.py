"""Domain objects as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.payments.application.ports import Decline, ListedDispute
from deployments.payments.contract import (
    AlarmView,
    DeclineView,
    DisputeView,
    PaymentFailure,
    PaymentView,
    RefundView,
)
from deployments.payments.domain.alarm import Alarm
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.refund import Refund
from deployments.shared.schemas import MoneySchema


def payment_view(
    payment: Payment,
    refunds: Sequence[Refund] = (),
    declines: Sequence[Decline] = (),
    *,
    for_merchant: bool = False,
) -> PaymentView:
    failure = payment.failure
    return PaymentView(
        id=payment.id,
        order_id=payment.order_id,
        status=payment.status,
        amount=MoneySchema.of(payment.amount),
        failure=PaymentFailure(code=failure.code, message=failure.message) if failure else None,
        next_action_url=payment.next_action_url,
        created_at=payment.created_at,
        refunds=[refund_view(refund, for_merchant=for_merchant) for refund in refunds],
        declines=[DeclineView.model_validate(d) for d in declines] if for_merchant else [],
    )


def refund_view(refund: Refund, *, for_merchant: bool) -> RefundView:
    return RefundView(
        id=refund.id,
        payment_id=refund.payment_id,
        order_id=refund.order_id,
        amount=MoneySchema.of(refund.amount),
        status=refund.status,
        reason=refund.reason if for_merchant else None,
        failure_message=refund.failure_message if for_merchant else None,
        created_at=refund.created_at,
    )


def dispute_view(listed: ListedDispute) -> DisputeView:
    dispute = listed.dispute
    return DisputeView(
        id=dispute.id,
        payment_id=listed.payment_id,
        order_id=listed.order_id,
        amount=MoneySchema.of(dispute.amount),
        reason=dispute.reason,
        status=dispute.status,
        respond_by=dispute.respond_by,
        created_at=dispute.created_at,
    )


def alarm_view(alarm: Alarm) -> AlarmView:
    return AlarmView.model_validate(alarm)
