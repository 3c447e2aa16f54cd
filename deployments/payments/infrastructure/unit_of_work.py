from __future__ import annotations

from deployments.payments.application.ports import (
    AlarmRepository,
    DisputeRepository,
    OutboxWriter,
    PaymentRepository,
    RefundRepository,
    StripeEventRepository,
)
from deployments.payments.infrastructure.alarm_repository import SqlAlarmRepository
from deployments.payments.infrastructure.dispute_repository import SqlDisputeRepository
from deployments.payments.infrastructure.payment_repository import SqlPaymentRepository
from deployments.payments.infrastructure.refund_repository import SqlRefundRepository
from deployments.payments.infrastructure.stripe_event_repository import SqlStripeEventRepository
from deployments.shared.database import SqlUnitOfWork
from deployments.shared.outbox import OutboxRepository
from models.payments.tables import outbox


class SqlPaymentsUnitOfWork(SqlUnitOfWork):
    payments: PaymentRepository
    stripe_events: StripeEventRepository
    refunds: RefundRepository
    disputes: DisputeRepository
    alarms: AlarmRepository
    outbox: OutboxWriter

    def _open(self) -> None:
        self.payments = SqlPaymentRepository(self.session)
        self.stripe_events = SqlStripeEventRepository(self.session)
        self.refunds = SqlRefundRepository(self.session)
        self.disputes = SqlDisputeRepository(self.session)
        self.alarms = SqlAlarmRepository(self.session)
        self.outbox = OutboxRepository(self.session, outbox)
