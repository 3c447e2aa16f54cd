from __future__ import annotations

from deployments.payments.application.ports import (
    OutboxWriter,
    PaymentRepository,
    StripeEventRepository,
)
from deployments.payments.infrastructure.payment_repository import SqlPaymentRepository
from deployments.payments.infrastructure.stripe_event_repository import SqlStripeEventRepository
from deployments.shared.database import SqlUnitOfWork
from deployments.shared.outbox import OutboxRepository
from models.payments.tables import outbox


class SqlPaymentsUnitOfWork(SqlUnitOfWork):
    payments: PaymentRepository
    stripe_events: StripeEventRepository
    outbox: OutboxWriter

    def _open(self) -> None:
        self.payments = SqlPaymentRepository(self.session)
        self.stripe_events = SqlStripeEventRepository(self.session)
        self.outbox = OutboxRepository(self.session, outbox)
