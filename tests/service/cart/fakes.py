"""Products, payments and time, in memory and on command."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from deployments.cart.application.ports import (
    CancelOutcome,
    Intent,
    RefundOutcome,
    RestockRefused,
    StockRefused,
)
from deployments.cart.domain.offer import Offer
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund, RefundState
from deployments.shared.errors import Unavailable
from deployments.shared.ids import new_id
from deployments.shared.money import Money


class FakeClock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class FakeCatalogue:
    """Stock as products keeps it: ``held`` and ``committed`` by order, released ones for good.

    ``down`` names the calls that do not answer; ``silent`` those that work but whose answer is
    lost.
    """

    known: dict[UUID, Offer] = field(default_factory=dict)
    held: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    committed: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    released: set[UUID] = field(default_factory=set)
    restocked: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    never_taken_back: bool = False
    down: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)

    def sell(self, title: str, price: int = 1290, available: int = 10) -> Offer:
        offer = Offer(
            new_id(),
            new_id(),
            title.lower().replace(" ", "-"),
            title,
            title.upper(),
            {"Colour": "Navy"},
            f"/products/media/{title}.webp",
            Money(price, "EUR"),
            available,
            published=True,
        )
        self.known[offer.variant_id] = offer
        return offer

    def change(self, offer: Offer, **changes: Any) -> None:
        self.known[offer.variant_id] = replace(self.known[offer.variant_id], **changes)

    def left(self, offer: Offer) -> int:
        return self.known[offer.variant_id].available

    async def offers(self, variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        await self._call("offers")
        return {
            identity: self.known[identity] for identity in variant_ids if identity in self.known
        }

    async def reserve(self, order_id: UUID, quantities: Mapping[UUID, int]) -> None:
        await self._call("reserve")
        if order_id in self.released:
            raise StockRefused("reservation_released", "the order was released", [])
        if order_id not in self.held and order_id not in self.committed:
            short = [
                {"variant_id": str(v), "requested": q, "available": self.known[v].available}
                for v, q in quantities.items()
                if self.known[v].available < q
            ]
            if short:
                self.released.add(order_id)
                raise StockRefused("insufficient_stock", "not enough stock", short)
            self._take(quantities, 1)
            self.held[order_id] = dict(quantities)
        self._answer("reserve")

    async def commit(self, order_id: UUID) -> None:
        await self._call("commit")
        assert order_id not in self.released, "a released order can't be committed"
        if order_id in self.held:
            self.committed[order_id] = self.held.pop(order_id)
        self._answer("commit")

    async def release(self, order_id: UUID) -> None:
        await self._call("release")
        assert order_id not in self.committed, "a committed order can't be released"
        self._take(self.held.pop(order_id, {}), -1)
        self.released.add(order_id)
        self._answer("release")

    async def restock(self, refund_id: UUID, order_id: UUID, lines: Mapping[UUID, int]) -> None:
        await self._call("restock")
        if self.never_taken_back:
            raise RestockRefused("more than was sold")
        assert order_id in self.committed, "only what was sold comes back"
        if refund_id not in self.restocked:
            self.restocked[refund_id] = dict(lines)
            self._take(lines, -1)
        self._answer("restock")

    def _take(self, quantities: Mapping[UUID, int], sign: int) -> None:
        for variant_id, quantity in quantities.items():
            offer = self.known[variant_id]
            self.known[variant_id] = replace(offer, available=offer.available - sign * quantity)

    async def _call(self, name: str) -> None:
        self.calls[name] += 1
        await asyncio.sleep(0.005)
        if name in self.down:
            raise Unavailable("products_unavailable", "products does not answer; try again")

    def _answer(self, name: str) -> None:
        if name in self.silent:
            raise Unavailable("products_unavailable", "products does not answer; try again")


@dataclass
class FakeIntent:
    payment_id: UUID
    amount: Money
    status: str = "requires_payment_method"


@dataclass
class FakeRefund:
    order_id: UUID
    amount: Money
    state: RefundState


@dataclass
class FakePayments:
    """One intent per order. ``down`` and ``silent`` as in ``FakeCatalogue``."""

    intents: dict[UUID, FakeIntent] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    unknown: bool = False
    refunds: dict[UUID, FakeRefund] = field(default_factory=dict)
    # How refunds that are made from now on stand.
    refund_state: RefundState = RefundState.SUCCEEDED
    calls: Counter[str] = field(default_factory=Counter)

    def pay(self, order_id: str) -> FakeIntent:
        intent = self.intents[UUID(order_id)]
        assert intent.status == "requires_payment_method", "a cancelled intent can't be paid"
        intent.status = "succeeded"
        return intent

    async def create_intent(self, order: Order) -> Intent:
        await self._call("create_intent")
        made = FakeIntent(new_id(), order.totals.total)
        intent = self.intents.setdefault(order.id, made)
        self._answer("create_intent")
        return Intent(intent.payment_id, intent.amount)

    async def cancel(self, order_id: UUID) -> CancelOutcome:
        await self._call("cancel")
        if self.unknown:
            return "unknown"
        intent = self.intents.get(order_id)
        if intent is not None:
            if intent.status == "succeeded":
                return "succeeded"
            intent.status = "cancelled"
        self._answer("cancel")
        return "cancelled"

    async def refund(self, order_id: UUID, refund: Refund) -> RefundOutcome:
        await self._call("refund")
        made = self.refunds.setdefault(
            refund.id, FakeRefund(order_id, refund.amount, self.refund_state)
        )
        assert (made.order_id, made.amount) == (order_id, refund.amount)
        self._answer("refund")
        failed = made.state is RefundState.FAILED
        return RefundOutcome(made.state, "the card is closed" if failed else None)

    def given_back(self, order_id: str) -> int:
        """Minor units that left the store, or are about to."""
        return sum(
            refund.amount.amount
            for refund in self.refunds.values()
            if str(refund.order_id) == order_id and refund.state is not RefundState.FAILED
        )

    async def _call(self, name: str) -> None:
        self.calls[name] += 1
        await asyncio.sleep(0.005)
        if name in self.down:
            raise Unavailable("payments_unavailable", "payments does not answer; try again")

    def _answer(self, name: str) -> None:
        if name in self.silent:
            raise Unavailable("payments_unavailable", "payments does not answer; try again")
