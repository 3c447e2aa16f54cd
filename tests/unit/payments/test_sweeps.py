"""What is wrong with one payment or refund keeps no other waiting."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from deployments.payments.application.record_refund import refund_event
from deployments.payments.application.refresh_unfinished import RefreshUnfinished
from deployments.payments.application.sweep_refunds import SweepRefunds
from deployments.payments.domain.payment import Payment
from deployments.payments.domain.refund import REFUND_FAILED, Refund
from deployments.shared.errors import Unavailable
from deployments.shared.ids import new_id
from deployments.shared.money import Money

EUR = Money(1000, "EUR")
SILENT = Unavailable("stripe_unavailable", "no answer")


class World:
    """Three due items; ``errors`` by position."""

    def __init__(self, **errors: Exception) -> None:
        self.errors = {int(position[1:]): error for position, error in errors.items()}
        self.seen: list[int] = []

    async def look_at(self, position: int) -> None:
        self.seen.append(position)
        if position in self.errors:
            raise self.errors[position]

    def begin(self, items: Sequence[Any]) -> Any:
        async def take(*_: Any, **__: Any) -> Sequence[Any]:
            return items

        async def commit() -> None:
            return None

        @asynccontextmanager
        async def work() -> Any:
            yield SimpleNamespace(
                payments=SimpleNamespace(take_unfinished=take),
                refunds=SimpleNamespace(take_pending=take),
                commit=commit,
            )

        return work


def refresh(world: World) -> RefreshUnfinished:
    payments = [Payment.of_order(new_id(), new_id(), "M-1", EUR) for _ in range(3)]
    for position, payment in enumerate(payments):
        payment.stripe_intent_id = str(position)

    async def retrieve(intent_id: str) -> str:
        await world.look_at(int(intent_id))
        return intent_id

    async def record(*_: Any) -> None:
        return None

    stripe: Any = SimpleNamespace(retrieve_intent=retrieve)
    write: Any = record
    return RefreshUnfinished(world.begin(payments), stripe, write, older_than=timedelta(0))


def settle(world: World) -> SweepRefunds:
    refunds = [
        Refund(new_id(), new_id(), new_id(), "pi_1", EUR, "", f"re-{position}")
        for position in range(3)
    ]

    async def one(refund: Refund) -> None:
        await world.look_at(int(refund.idempotency_key[3:]))

    step: Any = one
    return SweepRefunds(world.begin(refunds), step)


@pytest.mark.parametrize("sweep", [refresh, settle])
@pytest.mark.parametrize("error", [KeyError("a status of next year"), SILENT])
async def test_the_others_of_a_batch_have_their_turn(sweep: Any, error: Exception) -> None:
    world = World(_0=error)
    assert await sweep(world)() == 3
    assert world.seen == [0, 1, 2]


@pytest.mark.parametrize("sweep", [refresh, settle])
async def test_a_stripe_that_is_silent_for_all_ends_the_batch(sweep: Any) -> None:
    with pytest.raises(Unavailable):
        await sweep(World(_0=SILENT, _1=SILENT, _2=SILENT))()


def test_the_event_of_a_failed_refund_says_why() -> None:
    refund = Refund(new_id(), new_id(), new_id(), "pi_1", EUR, "", "re-1")
    refund.refuse("the card is closed")
    assert refund_event(refund, REFUND_FAILED).payload["failure_message"] == "the card is closed"
