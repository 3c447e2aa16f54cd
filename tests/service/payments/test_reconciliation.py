"""Stripe's list of events, read by hand on a clock of our own: nothing is late, nothing skipped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from deployments.payments.application.ports import StripeEvent
from deployments.payments.application.reconcile_events import ReconcileEvents
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.payments.infrastructure.unit_of_work import SqlPaymentsUnitOfWork
from deployments.shared.database import SessionFactory, create_engine, create_session_factory
from deployments.shared.errors import Unavailable

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
TICK = timedelta(seconds=10)
FIVE_MINUTES = timedelta(minutes=5)


class KilledError(BaseException):
    """The process ends here: no handler of ours runs."""


@dataclass
class Stripe:
    """The list as Stripe shows it at ``now``: an event may be seen later than it happened."""

    now: datetime = START
    events: list[tuple[StripeEvent, datetime]] = field(default_factory=list)
    fails: list[BaseException] = field(default_factory=list)
    reads: list[datetime] = field(default_factory=list)

    def happens(self, name: str, *, seen_after: timedelta = timedelta(0)) -> None:
        created = self.now.replace(microsecond=0)
        payload: dict[str, Any] = {
            "id": name,
            "type": "payment_intent.succeeded",
            "livemode": False,
            "created": int(created.timestamp()),
            "data": {"object": {"id": "pi_1"}},
        }
        event = StripeEvent(name, payload["type"], False, created, payload)
        self.events.append((event, self.now + seen_after))

    async def events_since(self, moment: datetime) -> AsyncIterator[StripeEvent]:
        self.reads.append(self.now)
        listed = [e for e, seen in self.events if seen <= self.now and e.created_at >= moment]
        for event in reversed(listed):
            yield event
        if self.fails:
            raise self.fails.pop()


@pytest.fixture
async def sessions(database_url: Callable[[str], str]) -> AsyncIterator[SessionFactory]:
    engine = create_engine(database_url("payments"))
    try:
        yield create_session_factory(engine)
    finally:
        await engine.dispose()


@dataclass
class World:
    sessions: SessionFactory
    stripe: Stripe = field(default_factory=Stripe)

    def replica(self) -> ReconcileEvents:
        default = PaymentsSettings.model_fields["reconcile_seconds"].default
        return ReconcileEvents(
            lambda: SqlPaymentsUnitOfWork(self.sessions),
            self.stripe,  # type: ignore[arg-type]
            every=timedelta(seconds=default),
            now=lambda: self.stripe.now,
        )

    async def seen(self) -> set[str]:
        async with self.sessions() as session:
            return set(await session.scalars(text("SELECT id FROM stripe_events")))

    async def tick(self, *replicas: ReconcileEvents) -> None:
        for replica in replicas:
            await replica()
        self.stripe.now += TICK


@pytest.fixture
def world(sessions: SessionFactory) -> World:
    return World(sessions)


@pytest.mark.parametrize("kill_at", [None, 0, 1, 7, 12, 13])
async def test_an_event_without_webhook_is_taken_within_five_minutes(
    world: World, kill_at: int | None
) -> None:
    """Also when a reader is killed at the worst moment, with the cursor in its hands."""
    first, second = world.replica(), world.replica()
    for step in range(60):
        if step == 6:
            world.stripe.happens("evt_1")
        if step == kill_at:
            world.stripe.fails.append(KilledError())
        try:
            await world.tick(first, second)
        except KilledError:
            # Another replica takes over.
            first, second = second, world.replica()
            world.stripe.now += TICK
        if "evt_1" in await world.seen():
            break
    assert "evt_1" in await world.seen()
    assert world.stripe.now - (START + 6 * TICK) <= FIVE_MINUTES


async def test_replicas_together_read_the_list_once_in_a_while(world: World) -> None:
    replicas = [world.replica() for _ in range(4)]
    for _ in range(60):
        await world.tick(*replicas)
    assert len(world.stripe.reads) == 5


async def test_a_failed_reading_is_repeated_soon_and_loses_nothing(world: World) -> None:
    replica = world.replica()
    await world.tick(replica)
    for name in ("evt_1", "evt_2"):
        world.stripe.happens(name)
    world.stripe.now += timedelta(minutes=10)
    world.stripe.fails.append(Unavailable("stripe_unavailable", "no answer"))
    with pytest.raises(Unavailable):
        await world.tick(replica)
    for _ in range(3):
        await world.tick(replica)
    assert await world.seen() == {"evt_1", "evt_2"}


async def test_equal_times_and_late_listings_hide_no_event(world: World) -> None:
    replica = world.replica()
    for number in range(130):
        world.stripe.happens(f"evt_{number}")
    world.stripe.happens("evt_late", seen_after=timedelta(minutes=3))
    await world.tick(replica)
    # Of the same second as the newest one that was read, and listed only now.
    world.stripe.happens("evt_again")
    for _ in range(40):
        await world.tick(replica)
    assert await world.seen() == {
        *[f"evt_{number}" for number in range(130)],
        "evt_late",
        "evt_again",
    }


async def test_a_clock_that_was_far_ahead_stops_no_reading(world: World) -> None:
    replica = world.replica()
    await world.tick(replica)
    right = world.stripe.now
    world.stripe.now += timedelta(days=30)
    await world.tick(replica)
    world.stripe.now = right
    world.stripe.happens("evt_1")
    for _ in range(30):
        await world.tick(replica)
    assert await world.seen() == {"evt_1"}


async def test_a_slow_reader_never_turns_the_cursor_back(world: World) -> None:
    replica = world.replica()
    await world.tick(replica)
    world.stripe.now += timedelta(hours=1)
    await world.tick(replica)
    async with SqlPaymentsUnitOfWork(world.sessions) as work:
        await work.stripe_events.leave_cursor("events", START, due=world.stripe.now)
        await work.commit()
    async with world.sessions() as session:
        until = await session.scalar(text("SELECT read_until FROM stripe_cursors"))
    assert until == START + TICK + timedelta(hours=1)
