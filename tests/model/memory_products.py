"""The products service's unit of work in memory: stock and reservations with their locks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from deployments.products.application.read_models import SnapshotView
from deployments.products.domain.reservation import Line, ReservationOrder, State
from deployments.products.domain.restock import Restock
from deployments.products.domain.stock import Stock
from deployments.shared.events import Event
from tests.model.memory_database import ConstraintViolated, MemoryUnitOfWork, Transaction
from tests.model.memory_shared import draw


@dataclass(frozen=True)
class VariantRow:
    product_id: UUID
    title: str
    price: int
    published: bool = True


@dataclass(frozen=True)
class ReservationRow:
    state: State
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Movement:
    variant_id: UUID
    delta: int
    reason: str
    order_id: UUID | None


class MemoryStockRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def reserve(self, line: Line) -> Stock | None:
        await self._transaction.statement("reserve")
        if not self._can_sell(line):
            return None
        await self._transaction.lock("stock", line.variant_id)
        if not self._can_sell(line):
            return None
        return self._change(line.variant_id, reserved=line.quantity)

    async def release(self, line: Line) -> Stock:
        await self._transaction.statement("release")
        await self._transaction.lock("stock", line.variant_id)
        return self._change(line.variant_id, reserved=-line.quantity)

    async def commit(self, line: Line) -> Stock:
        await self._transaction.statement("sell")
        await self._transaction.lock("stock", line.variant_id)
        return self._change(line.variant_id, on_hand=-line.quantity, reserved=-line.quantity)

    async def put_back(self, line: Line) -> Stock:
        await self._transaction.statement("put back")
        await self._transaction.lock("stock", line.variant_id)
        return self._change(line.variant_id, on_hand=line.quantity)

    async def of_variant_for_update(self, product_id: UUID, variant_id: UUID) -> Stock | None:
        await self._transaction.statement("lock stock")
        await self._transaction.lock("stock", variant_id)
        stock: Stock | None = self._transaction.get("stock", variant_id)
        return stock

    async def change_on_hand(self, variant_id: UUID, delta: int) -> None:
        await self._transaction.lock("stock", variant_id)
        self._change(variant_id, on_hand=delta)

    async def available(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        await self._transaction.statement("available")
        return {
            variant_id: self._transaction.get("stock", variant_id).available
            for variant_id in variant_ids
            if self._variant(variant_id).published
        }

    async def record(
        self,
        movements: Sequence[tuple[UUID, int]],
        reason: str,
        actor: str,
        order_id: UUID | None = None,
    ) -> None:
        for variant_id, delta in movements:
            number = draw(self._transaction.database, "movement")
            await self._transaction.append(
                "movements", number, Movement(variant_id, delta, reason, order_id)
            )

    def _variant(self, variant_id: UUID) -> VariantRow:
        variant: VariantRow = self._transaction.get("variants", variant_id)
        return variant

    def _can_sell(self, line: Line) -> bool:
        stock: Stock = self._transaction.get("stock", line.variant_id)
        return stock.available >= line.quantity and self._variant(line.variant_id).published

    def _change(self, variant_id: UUID, *, on_hand: int = 0, reserved: int = 0) -> Stock:
        before: Stock = self._transaction.get("stock", variant_id)
        after = replace(
            before, on_hand=before.on_hand + on_hand, reserved=before.reserved + reserved
        )
        if not 0 <= after.reserved <= after.on_hand:
            self._transaction.database.problems.append(f"stock would be {after}")
            raise ConstraintViolated("ck_stock_reserved_within_on_hand")
        self._transaction.write("stock", variant_id, after)
        return after


class MemoryReservationRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, order: ReservationOrder) -> bool:
        await self._transaction.statement("insert reservation")
        if not await self._transaction.claim("reservations", order.order_id):
            return False
        self._transaction.write("reservations", order.order_id, ReservationRow(order.state, ()))
        return True

    async def add_lines(self, order: ReservationOrder) -> None:
        row = ReservationRow(order.state, order.lines)
        self._transaction.write("reservations", order.order_id, row)

    async def by_order_for_update(self, order_id: UUID) -> ReservationOrder | None:
        await self._transaction.statement("lock reservation")
        if self._transaction.get("reservations", order_id) is None:
            return None
        await self._transaction.lock("reservations", order_id)
        row: ReservationRow = self._transaction.get("reservations", order_id)
        return ReservationOrder(order_id, row.state, row.lines)

    async def save_state(self, order: ReservationOrder) -> None:
        await self._transaction.lock("reservations", order.order_id)
        row: ReservationRow = self._transaction.get("reservations", order.order_id)
        self._transaction.write("reservations", order.order_id, replace(row, state=order.state))


class MemoryRestockRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, restock: Restock) -> bool:
        await self._transaction.statement("insert restock")
        if not await self._transaction.claim("restocks", restock.refund_id):
            return False
        self._transaction.write("restocks", restock.refund_id, restock)
        return True

    async def by_refund(self, refund_id: UUID) -> Restock | None:
        restock: Restock | None = self._transaction.get("restocks", refund_id)
        return restock

    async def of_order(self, order_id: UUID) -> list[Restock]:
        await self._transaction.statement("restocks of order")
        return [one for _, one in self._transaction.rows("restocks") if one.order_id == order_id]


class MemorySnapshotRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of_variants(self, variant_ids: Collection[UUID]) -> list[SnapshotView]:
        await self._transaction.statement("snapshots")
        return [
            self._view(variant_id)
            for variant_id, _ in self._transaction.rows("variants")
            if variant_id in variant_ids
        ]

    def _view(self, variant_id: object) -> SnapshotView:
        variant: VariantRow = self._transaction.get("variants", variant_id)
        stock: Stock = self._transaction.get("stock", variant_id)
        assert isinstance(variant_id, UUID)
        return SnapshotView(
            variant_id=variant_id,
            product_id=variant.product_id,
            slug=variant.title.lower(),
            title=variant.title,
            sku=variant.title.upper(),
            options={},
            currency="EUR",
            price=variant.price,
            available=stock.available,
            published=variant.published,
            picture=None,
            category_path=None,
        )


class MemoryProductRepository:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def versions_of_variants(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        return {self._transaction.get("variants", one).product_id: 1 for one in variant_ids}


class NobodyListens:
    """What products tells the search service is no part of a checkout."""

    async def append_all(self, events: Sequence[Event]) -> None:
        """Nothing is kept."""


class MemoryProductsUnitOfWork(MemoryUnitOfWork):
    def _open(self) -> None:
        self.stock = MemoryStockRepository(self.transaction)
        self.reservations = MemoryReservationRepository(self.transaction)
        self.restocks = MemoryRestockRepository(self.transaction)
        self.snapshots = MemorySnapshotRepository(self.transaction)
        self.products = MemoryProductRepository(self.transaction)
        self.events = NobodyListens()
