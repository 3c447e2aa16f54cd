"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from deployments.payments.domain.intent import Intent
from deployments.payments.domain.payment import Payment
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
    def claimed_intent(self) -> Mapping[str, Any] | None:
        """The intent as the event shows it, None when the event is not about one."""
        if not self.type.startswith("payment_intent."):
            return None
        claimed: Mapping[str, Any] = self.payload["data"]["object"]
        return claimed


@dataclass(frozen=True)
class WaitingEvent:
    """An event from the inbox and how often it was taken out, this time included."""

    event: StripeEvent
    attempts: int


class PaymentRepository(Protocol):
    async def lock_order(self, order_id: UUID) -> None:
        """Until the transaction ends nobody else decides about this order."""

    async def add(self, payment: Payment) -> None: ...

    async def save(self, payment: Payment) -> None: ...

    async def by_id(self, payment_id: UUID) -> Payment | None: ...

    async def by_order(self, order_id: UUID) -> Payment | None: ...

    async def by_order_for_update(self, order_id: UUID) -> Payment | None: ...

    async def by_intent(self, intent_id: str) -> Payment | None: ...

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

    async def retry_at(self, event_id: str, moment: datetime, error: str) -> None: ...

    async def lease_cursor(
        self, name: str, now: datetime, *, start: datetime, lease: timedelta
    ) -> datetime | None:
        """How far the list was read, or None while another replica reads it."""

    async def leave_cursor(self, name: str, read_until: datetime, now: datetime) -> None:
        """End the lease; the next reader starts at ``read_until``."""


class OutboxWriter(Protocol):
    async def append(self, event: Event) -> None: ...


class PaymentsUnitOfWork(Protocol):
    payments: PaymentRepository
    stripe_events: StripeEventRepository
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
        """Events about payment intents, newest first."""


# Checks the signature of a webhook's body and reads it.
EventReader = Callable[[bytes, str | None], StripeEvent]
# Stripe's JSON of an intent in our words; ValueError or KeyError when it is none.
IntentReader = Callable[[Mapping[str, Any]], Intent]
