"""The payments service's unit of work in memory, with the locks and constraints of its SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from deployments.payments.application.ports import StripeEvent, WaitingEvent
from deployments.payments.domain.alarm import Alarm
from deployments.payments.domain.intent import Failure
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.refund import Refund
from deployments.payments.infrastructure.stripe_objects import read_event
from tests.model.memory_database import (
    ConstraintViolated,
    Database,
    MemoryUnitOfWork,
    Transaction,
)
from tests.model.memory_shared import MemoryOutbox
from tests.model.scheduler import Process

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class PaymentRow:
    payment: Payment
    checked_at: datetime


@dataclass(frozen=True)
class StripeEventRow:
    payload: Mapping[str, Any]
    next_attempt_at: datetime
    attempts: int = 0
    failures: int = 0
    processed_at: datetime | None = None
    error: str | None = None
    alarm: str | None = None


@dataclass(frozen=True)
class CursorRow:
    read_until: datetime
    leased_until: datetime


@dataclass(frozen=True)
class RefundRow:
    refund: Refund
    next_attempt_at: datetime
    attempts: int = 0


class MemoryPaymentRepository:
    """The table ``payments`` by order, of which a payment has one."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def lock_order(self, order_id: UUID) -> None:
        await self._transaction.statement("lock order of payment")
        await self._transaction.lock("advisory", order_id)

    async def add(self, payment: Payment) -> None:
        await self._transaction.statement("insert payment")
        if not await self._transaction.claim("payments", payment.order_id):
            raise ConstraintViolated("uq_payments_order_id")
        await self._keep_unique(None, payment)
        row = PaymentRow(replace(payment), self._clock())
        self._transaction.write("payments", payment.order_id, row)

    async def save(self, payment: Payment) -> None:
        await self._transaction.statement("save payment")
        await self._transaction.lock("payments", payment.order_id)
        row: PaymentRow = self._transaction.get("payments", payment.order_id)
        await self._keep_unique(row.payment, payment)
        changed = replace(row, payment=replace(payment))
        self._transaction.write("payments", payment.order_id, changed)

    async def by_id(self, payment_id: UUID) -> Payment | None:
        return await self._first(lambda payment: payment.id == payment_id)

    async def by_order(self, order_id: UUID) -> Payment | None:
        return await self._first(lambda payment: payment.order_id == order_id)

    async def by_order_for_update(self, order_id: UUID) -> Payment | None:
        await self._transaction.statement("lock payment")
        if self._transaction.get("payments", order_id) is None:
            return None
        await self._transaction.lock("payments", order_id)
        row: PaymentRow = self._transaction.get("payments", order_id)
        return replace(row.payment)

    async def by_intent(self, intent_id: str) -> Payment | None:
        return await self._first(lambda payment: payment.stripe_intent_id == intent_id)

    async def add_decline(self, payment_id: UUID, failure: Failure, moment: datetime) -> None:
        key = (payment_id, failure.ref)
        if await self._transaction.claim("declines", key):
            self._transaction.write("declines", key, failure)

    async def mark_order_cancelled(self, order_id: UUID) -> None:
        await self._transaction.lock("cancelled orders", order_id)
        self._transaction.write("cancelled orders", order_id, True)

    async def is_order_cancelled(self, order_id: UUID) -> bool:
        return self._transaction.get("cancelled orders", order_id) is not None

    async def take_unfinished(
        self, now: datetime, *, older_than: timedelta, limit: int
    ) -> list[Payment]:
        await self._transaction.statement("take unfinished payments")
        due = [
            (row.checked_at, order_id, row)
            for order_id, row in self._transaction.rows("payments")
            if row.payment.status in ("requires_action", "processing")
            and now - row.checked_at >= max(older_than, (now - row.payment.created_at) / 10)
        ]
        taken = []
        for _, order_id, row in sorted(due, key=lambda entry: entry[:2])[:limit]:
            if self._transaction.lock_or_skip("payments", order_id):
                self._transaction.write("payments", order_id, replace(row, checked_at=now))
                taken.append(replace(row.payment))
        return taken

    async def _first(self, is_it: Callable[[Payment], bool]) -> Payment | None:
        await self._transaction.statement("find payment")
        for _, row in self._transaction.rows("payments"):
            if is_it(row.payment):
                return replace(row.payment)
        return None

    async def _keep_unique(self, before: Payment | None, after: Payment) -> None:
        for column in ("idempotency_key", "stripe_intent_id"):
            value = getattr(after, column)
            if value is None or (before is not None and getattr(before, column) == value):
                continue
            if not await self._transaction.claim(f"uq {column}", value):
                raise ConstraintViolated(f"uq_payments_{column}")
            self._transaction.write(f"uq {column}", value, after.id)


class MemoryStripeEventRepository:
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def add(self, event: StripeEvent, source: str) -> bool:
        await self._transaction.statement("insert Stripe event")
        if not await self._transaction.claim("stripe events", event.id):
            return False
        row = StripeEventRow(event.payload, self._clock())
        self._transaction.write("stripe events", event.id, row)
        return True

    async def take_waiting(
        self, now: datetime, *, lease: timedelta, limit: int
    ) -> list[WaitingEvent]:
        await self._transaction.statement("take Stripe events")
        waiting = [
            (row.next_attempt_at, event_id, row)
            for event_id, row in self._transaction.rows("stripe events")
            if row.processed_at is None and row.next_attempt_at <= now
        ]
        taken = []
        for _, event_id, row in sorted(waiting, key=lambda entry: entry[:2])[:limit]:
            if self._transaction.lock_or_skip("stripe events", event_id):
                leased = replace(row, attempts=row.attempts + 1, next_attempt_at=now + lease)
                self._transaction.write("stripe events", event_id, leased)
                event = read_event(row.payload)
                taken.append(WaitingEvent(event, leased.attempts, leased.failures))
        return taken

    async def mark_processed(
        self, event_id: str, now: datetime, *, alarm: str | None = None
    ) -> None:
        await self._change(event_id, processed_at=now, alarm=alarm, error=None)

    async def bury(self, event_id: str, now: datetime, error: str) -> None:
        await self._change(event_id, processed_at=now, error=error, alarm="given up")

    async def retry_at(self, event_id: str, moment: datetime, error: str, *, failures: int) -> None:
        await self._change(event_id, next_attempt_at=moment, error=error, failures=failures)

    async def lease_cursor(
        self, name: str, now: datetime, *, start: datetime, lease: timedelta
    ) -> datetime | None:
        await self._transaction.statement("lease cursor")
        # A conflicting insert and the update after it both wait for the row.
        if await self._transaction.claim("cursors", name):
            self._transaction.write("cursors", name, CursorRow(start, now))
        row: CursorRow = self._transaction.get("cursors", name)
        if row.leased_until > now:
            return None
        self._transaction.write("cursors", name, replace(row, leased_until=now + lease))
        return row.read_until

    async def leave_cursor(self, name: str, read_until: datetime, *, due: datetime) -> None:
        await self._transaction.statement("leave cursor")
        await self._transaction.lock("cursors", name)
        row: CursorRow = self._transaction.get("cursors", name)
        furthest = max(row.read_until, read_until)
        self._transaction.write("cursors", name, CursorRow(furthest, due))

    async def _change(self, event_id: str, **values: Any) -> None:
        await self._transaction.statement("change Stripe event")
        await self._transaction.lock("stripe events", event_id)
        row: StripeEventRow = self._transaction.get("stripe events", event_id)
        self._transaction.write("stripe events", event_id, replace(row, **values))


class MemoryRefundRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, refund: Refund, *, first_look: datetime) -> None:
        await self._transaction.statement("insert refund")
        if not await self._transaction.claim("refunds", refund.id):
            raise ConstraintViolated("pk_refunds")
        await self._keep_unique(None, refund)
        self._transaction.write("refunds", refund.id, RefundRow(replace(refund), first_look))

    async def save(self, refund: Refund) -> None:
        await self._transaction.statement("save refund")
        await self._transaction.lock("refunds", refund.id)
        row: RefundRow = self._transaction.get("refunds", refund.id)
        await self._keep_unique(row.refund, refund)
        self._transaction.write("refunds", refund.id, replace(row, refund=replace(refund)))

    async def by_id(self, refund_id: UUID) -> Refund | None:
        await self._transaction.statement("read refund")
        row: RefundRow | None = self._transaction.get("refunds", refund_id)
        return replace(row.refund) if row else None

    async def by_id_for_update(self, refund_id: UUID) -> Refund | None:
        await self._transaction.statement("lock refund")
        if self._transaction.get("refunds", refund_id) is None:
            return None
        await self._transaction.lock("refunds", refund_id)
        row: RefundRow = self._transaction.get("refunds", refund_id)
        return replace(row.refund)

    async def by_stripe_id(self, stripe_refund_id: str) -> Refund | None:
        await self._transaction.statement("find refund")
        for _, row in self._transaction.rows("refunds"):
            if row.refund.stripe_refund_id == stripe_refund_id:
                return replace(row.refund)
        return None

    async def taken(self, payment_id: UUID) -> int:
        await self._transaction.statement("sum refunds")
        refunds = [row.refund for _, row in self._transaction.rows("refunds")]
        return sum(
            refund.amount.amount
            for refund in refunds
            if refund.payment_id == payment_id and refund.status != "failed"
        )

    async def take_pending(self, now: datetime, *, limit: int) -> list[Refund]:
        await self._transaction.statement("take pending refunds")
        due = [
            (row.next_attempt_at, refund_id, row)
            for refund_id, row in self._transaction.rows("refunds")
            if row.refund.status == "pending" and row.next_attempt_at <= now
        ]
        taken = []
        for _, refund_id, row in sorted(due, key=lambda entry: entry[:2])[:limit]:
            if self._transaction.lock_or_skip("refunds", refund_id):
                pause = timedelta(seconds=10 * 2 ** min(row.attempts, 2))
                if row.refund.stripe_refund_id is not None:
                    pause = max(pause, (now - row.refund.created_at) / 10)
                later = RefundRow(row.refund, now + pause, row.attempts + 1)
                self._transaction.write("refunds", refund_id, later)
                taken.append(replace(row.refund))
        return taken

    async def _keep_unique(self, before: Refund | None, after: Refund) -> None:
        for column in ("idempotency_key", "stripe_refund_id"):
            value = getattr(after, column)
            if value is None or (before is not None and getattr(before, column) == value):
                continue
            if not await self._transaction.claim(f"uq refund {column}", value):
                raise ConstraintViolated(f"uq_refunds_{column}")
            self._transaction.write(f"uq refund {column}", value, after.id)


class MemoryAlarmRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, alarm: Alarm) -> None:
        key = (alarm.kind, alarm.subject)
        if await self._transaction.claim("alarms", key):
            self._transaction.write("alarms", key, alarm)


class MemoryPaymentsUnitOfWork(MemoryUnitOfWork):
    def __init__(self, database: Database, process: Process, clock: Clock) -> None:
        super().__init__(database, process)
        self._clock = clock

    def _open(self) -> None:
        self.payments = MemoryPaymentRepository(self.transaction, self._clock)
        self.stripe_events = MemoryStripeEventRepository(self.transaction, self._clock)
        self.refunds = MemoryRefundRepository(self.transaction)
        self.alarms = MemoryAlarmRepository(self.transaction)
        self.outbox = MemoryOutbox(self.transaction)
