"""The cart service's unit of work in memory, with the locks and constraints of its SQL."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from deployments.cart.application.ports import Clock
from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.coupon import Coupon, Uses
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import HOLDS_UNPAID, VOID, Status
from deployments.shared.ids import new_id
from tests.model.memory_database import (
    ConstraintViolated,
    Database,
    MemoryUnitOfWork,
    Transaction,
)
from tests.model.memory_shared import MemoryInbox, MemoryMails, MemoryOutbox, draw
from tests.model.scheduler import Process

T = TypeVar("T")


@dataclass(frozen=True)
class OrderRow:
    order: Order
    leased_until: datetime | None

    def is_free(self, now: datetime) -> bool:
        return self.leased_until is None or self.leased_until <= now


def copy_of(thing: T) -> T:
    """A copy that shares nothing that changes: of an order, a cart, a coupon."""
    result = copy(thing)
    for name, value in vars(result).items():
        if isinstance(value, list):
            setattr(result, name, [copy(entry) for entry in value])
    return result


class MemoryCartRepository:
    """Carts of signed-in users; the model has no guests."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, shopper: Shopper, *, lock: bool = False) -> Cart | None:
        await self._transaction.statement("find cart")
        if lock and self._transaction.get("carts", shopper.user_id) is not None:
            await self._transaction.lock("carts", shopper.user_id)
        cart: Cart | None = self._transaction.get("carts", shopper.user_id)
        return copy_of(cart) if cart else None

    async def open_for_user(self, user_id: UUID) -> Cart:
        await self._transaction.statement("open cart")
        if await self._transaction.claim("carts", user_id):
            self._transaction.write("carts", user_id, Cart(new_id(), user_id=user_id))
        return copy_of(self._transaction.get("carts", user_id))

    async def save(self, cart: Cart) -> None:
        await self._transaction.lock("carts", cart.user_id)
        self._transaction.write("carts", cart.user_id, copy_of(cart))


class MemoryOrderRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def next_number(self) -> str:
        return f"M-{100_000 + draw(self._transaction.database, 'order number')}"

    async def add(self, order: Order, leased_until: datetime) -> None:
        await self._transaction.statement("insert order")
        placement = order.placement
        key = (placement.user_id, placement.idempotency_key)
        if not await self._transaction.claim("uq order key", key):
            raise ConstraintViolated("uq_orders_user_id_idempotency_key")
        version = (order.cart_id, order.cart_version)
        if not await self._transaction.claim("uq cart version", version):
            raise ConstraintViolated("uq_orders_cart_version")
        self._transaction.write("uq order key", key, order.id)
        self._transaction.write("uq cart version", version, order.id)
        await self._transaction.append("orders", order.id, OrderRow(copy_of(order), leased_until))

    async def save(self, order: Order) -> None:
        await self._transaction.statement("save order")
        row = await self._locked(order.id)
        assert row is not None
        if order.status in VOID and row.order.status not in VOID:
            # The unique index covers orders that are not void.
            version = (order.cart_id, order.cart_version)
            await self._transaction.lock("uq cart version", version)
            self._transaction.delete("uq cart version", version)
        self._transaction.write("orders", order.id, replace(row, order=copy_of(order)))

    async def by_id(self, order_id: UUID) -> Order | None:
        await self._transaction.statement("read order")
        row: OrderRow | None = self._transaction.get("orders", order_id)
        return copy_of(row.order) if row else None

    async def for_update(self, order_id: UUID) -> Order | None:
        await self._transaction.statement("lock order")
        row = await self._locked(order_id)
        return copy_of(row.order) if row else None

    async def by_key(self, user_id: UUID, idempotency_key: str) -> Order | None:
        def is_it(order: Order) -> bool:
            placement = order.placement
            return (placement.user_id, placement.idempotency_key) == (user_id, idempotency_key)

        return await self._first(is_it)

    async def count_unpaid(self, user_id: UUID) -> int:
        rows = [row for _, row in self._transaction.rows("orders")]
        orders = [row.order for row in rows]
        return sum(o.placement.user_id == user_id and o.status in HOLDS_UNPAID for o in orders)

    async def in_the_way(self, cart_id: UUID, cart_version: int) -> Order | None:
        def is_it(order: Order) -> bool:
            if order.cart_id != cart_id or order.status in VOID:
                return False
            return order.cart_version == cart_version or order.status is Status.CREATED

        return await self._first(is_it)

    async def claim_due(self, now: datetime, until: datetime) -> UUID | None:
        await self._transaction.statement("claim due order")
        for order_id, row in self._by_due_time():
            assert row.order.due_at is not None
            if row.order.due_at > now or not row.is_free(now):
                continue
            if self._transaction.lock_or_skip("orders", order_id):
                self._transaction.write("orders", order_id, replace(row, leased_until=until))
                return order_id
        return None

    async def try_lease(self, order_id: UUID, now: datetime, until: datetime) -> bool:
        await self._transaction.statement("lease order")
        row: OrderRow | None = self._transaction.get("orders", order_id)
        if row is None or not row.is_free(now):
            return False
        row = await self._locked(order_id)
        if row is None or not row.is_free(now):
            return False
        self._transaction.write("orders", order_id, replace(row, leased_until=until))
        return True

    async def end_lease(
        self, order_id: UUID, until: datetime, retry_at: datetime | None = None
    ) -> None:
        await self._transaction.statement("end lease")
        row = await self._locked(order_id)
        if row is None or row.leased_until != until:
            return
        order = copy_of(row.order)
        if retry_at is not None and order.due_at is not None:
            order.due_at = max(order.due_at, retry_at)
        self._transaction.write("orders", order_id, OrderRow(order, None))

    def _by_due_time(self) -> list[tuple[UUID, OrderRow]]:
        due = [
            (row.order.due_at, order_id, row)
            for order_id, row in self._transaction.rows("orders")
            if row.order.due_at is not None
        ]
        return [(order_id, row) for _, order_id, row in sorted(due, key=lambda entry: entry[:2])]

    async def _first(self, is_it: Callable[[Order], bool]) -> Order | None:
        await self._transaction.statement("find order")
        for _, row in self._transaction.rows("orders"):
            if is_it(row.order):
                return copy_of(row.order)
        return None

    async def _locked(self, order_id: UUID) -> OrderRow | None:
        if self._transaction.get("orders", order_id) is None:
            return None
        await self._transaction.lock("orders", order_id)
        row: OrderRow | None = self._transaction.get("orders", order_id)
        return row


class MemoryCouponRepository:
    """``redemptions`` are by order, of which each uses one coupon at most."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def by_code(self, code: str) -> Coupon | None:
        await self._transaction.statement("find coupon")
        for _, coupon in self._transaction.rows("coupons"):
            if coupon.terms.code == code:
                return copy_of(coupon)
        return None

    async def by_id(self, coupon_id: UUID, *, lock: bool = False) -> Coupon | None:
        await self._transaction.statement("lock coupon")
        if lock:
            await self._transaction.lock("coupons", coupon_id)
        coupon: Coupon | None = self._transaction.get("coupons", coupon_id)
        return copy_of(coupon) if coupon else None

    async def uses(self, coupon: Coupon, user_id: UUID | None) -> Uses:
        await self._transaction.statement("count uses of coupon")
        terms = coupon.terms
        users = [
            self._transaction.get("orders", order_id).order.placement.user_id
            for order_id, coupon_id in self._transaction.rows("redemptions")
            if coupon_id == coupon.id
        ]
        return Uses(
            len(users) if terms.max_uses is not None else 0,
            users.count(user_id) if terms.max_uses_per_customer is not None else 0,
        )

    async def redeem(self, coupon: Coupon, order: Order, now: datetime) -> None:
        await self._transaction.statement("redeem coupon")
        await self._transaction.append("redemptions", order.id, coupon.id)

    async def free(self, order: Order) -> None:
        await self._transaction.statement("free coupon")
        if self._transaction.get("redemptions", order.id) is not None:
            await self._transaction.lock("redemptions", order.id)
            self._transaction.delete("redemptions", order.id)


class MemoryCartUnitOfWork(MemoryUnitOfWork):
    def __init__(self, database: Database, process: Process, clock: Clock) -> None:
        super().__init__(database, process)
        self._clock = clock

    def _open(self) -> None:
        self.carts = MemoryCartRepository(self.transaction)
        self.orders = MemoryOrderRepository(self.transaction)
        self.coupons = MemoryCouponRepository(self.transaction)
        self.outbox = MemoryOutbox(self.transaction)
        self.inbox = MemoryInbox(self.transaction)
        self.mails = MemoryMails(self.transaction)
