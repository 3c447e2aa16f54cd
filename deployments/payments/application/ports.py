"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from deployments.payments.domain.alarm import Alarm
from deployments.payments.domain.dispute import Dispute
from deployments.payments.domain.intent import Failure, Intent
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.refund import Refund, StripeRefund
from deployments.shared.events import Event


class StripeRefusal(Exception):
    """Stripe refused a request for good: it is wrong, or the intent's state forbids it."""


class StripeReplaysError(Exception):
    """Stripe keeps a server error as the answer of an idempotency key and will only repeat it."""


@dataclass(frozen=True)
class StripeEvent:
    """An event of Stripe; ``payload`` is the whole of it as Stripe sent it."""

    id: str
    type: str
    livemode: bool
    created_at: datetime
    payload: Mapping[str, Any]

    @property
    def subject(self) -> Mapping[str, Any]:
        """What the event is about, as it was when the event happened."""
        subject: Mapping[str, Any] = self.payload["data"]["object"]
        return subject


@dataclass(frozen=True)
class WaitingEvent:
    """An event from the inbox, how often it was taken out, this time included, and how often it
    failed by itself: a silent Stripe is not its fault."""

    event: StripeEvent
    attempts: int
    failures: int


@dataclass(frozen=True)
class Decline:
    """A failed attempt to pay."""

    code: str
    message: str
    declined_at: datetime


@dataclass(frozen=True)
class ListedDispute:
    dispute: Dispute
    payment_id: UUID
    order_id: UUID


class PaymentRepository(Protocol):
    async def lock_order(self, order_id: UUID) -> None:
        """Until the transaction ends nobody else decides about this order."""

    async def add(self, payment: Payment) -> None: ...

    async def save(self, payment: Payment) -> None: ...

    async def by_id(self, payment_id: UUID) -> Payment | None: ...

    async def by_order(self, order_id: UUID) -> Payment | None: ...

    async def by_order_for_update(self, order_id: UUID) -> Payment | None: ...

    async def by_intent(self, intent_id: str) -> Payment | None: ...

    async def add_decline(self, payment_id: UUID, failure: Failure, moment: datetime) -> None:
        """Telling the same failure again changes nothing."""

    async def declines(self, payment_id: UUID) -> list[Decline]:
        """Oldest first."""

    async def mark_order_cancelled(self, order_id: UUID) -> None: ...

    async def is_order_cancelled(self, order_id: UUID) -> bool: ...

    async def take_unfinished(
        self, now: datetime, *, older_than: timedelta, limit: int
    ) -> list[Payment]:
        """Payments under way that were not looked at for a while; each is looked at ever more
        rarely as it gets older."""


class StripeEventRepository(Protocol):
    async def add(self, event: StripeEvent, source: str) -> bool:
        """False when the event is known already."""

    async def take_waiting(
        self, now: datetime, *, lease: timedelta, limit: int
    ) -> list[WaitingEvent]:
        """Events nobody else works on, hidden from others until ``lease`` is over."""

    async def mark_processed(
        self, event_id: str, now: datetime, *, alarm: str | None = None
    ) -> None: ...

    async def bury(self, event_id: str, now: datetime, error: str) -> None:
        """Give the event up: it is never taken again."""

    async def retry_at(
        self, event_id: str, moment: datetime, error: str, *, failures: int
    ) -> None: ...

    async def lease_cursor(
        self, name: str, now: datetime, *, start: datetime, lease: timedelta
    ) -> datetime | None:
        """How far the list was read, or None when its next reading is not due yet."""

    async def leave_cursor(self, name: str, read_until: datetime, *, due: datetime) -> None:
        """End the lease: the next reader starts at ``read_until``, not before ``due``. A cursor
        never goes back."""


class RefundRepository(Protocol):
    async def add(self, refund: Refund, *, first_look: datetime) -> None: ...

    async def save(self, refund: Refund) -> None: ...

    async def by_id(self, refund_id: UUID) -> Refund | None: ...

    async def by_id_for_update(self, refund_id: UUID) -> Refund | None: ...

    async def by_stripe_id(self, stripe_refund_id: str) -> Refund | None: ...

    async def of_payment(self, payment_id: UUID) -> list[Refund]:
        """Oldest first."""

    async def taken(self, payment_id: UUID) -> int:
        """Minor units of the payment's refunds that have not failed."""

    async def take_pending(self, now: datetime, *, limit: int) -> list[Refund]:
        """Refunds that are due for a look, each ever more rarely, and nobody else's meanwhile."""

    async def page(
        self, *, order_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Refund]:
        """Newest first."""


class DisputeRepository(Protocol):
    async def add(self, dispute: Dispute, payment_id: UUID) -> bool:
        """False when the dispute is known already."""

    async def save(self, dispute: Dispute) -> None:
        """A dispute that is over never opens again."""

    async def page(
        self, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[ListedDispute]: ...


class AlarmRepository(Protocol):
    async def add(self, alarm: Alarm) -> None:
        """Telling the same again changes nothing."""

    async def resolve(self, alarm_id: UUID, now: datetime) -> Alarm | None:
        """None for an unknown one."""

    async def page(self, *, open_only: bool, before: UUID | None, limit: int) -> list[Alarm]: ...


class OutboxWriter(Protocol):
    async def append(self, event: Event) -> None: ...


class PaymentsUnitOfWork(Protocol):
    payments: PaymentRepository
    stripe_events: StripeEventRepository
    refunds: RefundRepository
    disputes: DisputeRepository
    alarms: AlarmRepository
    outbox: OutboxWriter

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], PaymentsUnitOfWork]


class StripeGateway(Protocol):
    """Stripe. Every method raises ``Unavailable`` when it does not answer, after retries."""

    livemode: bool

    async def create_intent(self, payment: Payment) -> Intent:
        """Create the intent unconfirmed, or get the one created before under the payment's key.

        Raises ``StripeRefusal``, ``StripeReplaysError``.
        """

    async def find_intent(self, payment: Payment) -> Intent | None:
        """The intent whose metadata names the payment's order."""

    async def confirm_intent(
        self, payment: Payment, payment_method: str, return_url: str
    ) -> Intent:
        """The intent after the attempt, a decline included.

        Raises ``StripeRefusal``, and ``StripeReplaysError`` when the attempt did nothing.
        """

    async def cancel_intent(self, intent_id: str) -> Intent:
        """The intent after the attempt: cancelled, or what kept it from being."""

    async def retrieve_intent(self, intent_id: str) -> Intent | None:
        """None for an id that this Stripe account does not have."""

    def events_since(self, moment: datetime) -> AsyncIterator[StripeEvent]:
        """Events about payments, refunds and disputes, newest first."""


class MoneyBackGateway(Protocol):
    """Stripe's refunds and disputes; ``Unavailable`` as in ``StripeGateway``."""

    async def create_refund(self, refund: Refund) -> StripeRefund:
        """Make the refund, or get the one made before under the refund's key.

        Raises ``StripeRefusal``, ``StripeReplaysError``.
        """

    async def find_refund(self, refund: Refund) -> StripeRefund | None:
        """The refund whose metadata names ours."""

    async def retrieve_refund(self, stripe_refund_id: str) -> StripeRefund | None:
        """None for an id that this Stripe account does not have."""

    async def retrieve_dispute(self, dispute_id: str) -> Dispute | None: ...


# Checks the signature of a webhook's body and reads it.
EventReader = Callable[[bytes, str | None], StripeEvent]
# Stripe's JSON in our words; ValueError or KeyError when it is something else.
IntentReader = Callable[[Mapping[str, Any]], Intent]
RefundReader = Callable[[Mapping[str, Any]], StripeRefund]
# Raises ``AlarmError`` for an event that can't be about this store's money.
EventHandler = Callable[[StripeEvent], Awaitable[None]]
