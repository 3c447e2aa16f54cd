"""The world of one history: shoppers, replicas of every service, Stripe, the bus and the clock."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from deployments.cart.domain.cart import Cart, CartItem
from deployments.cart.domain.coupon import Coupon, Kind, Terms
from deployments.cart.domain.offer import Offer
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Placement
from deployments.cart.domain.refund import RefundWish
from deployments.payments.domain.payment import Payment
from deployments.products.domain.stock import Stock
from deployments.shared import ids
from deployments.shared.money import Money
from tests.model.bus import Streams
from tests.model.memory_cart import OrderRow
from tests.model.memory_database import Database
from tests.model.memory_products import VariantRow
from tests.model.network import Network, Server
from tests.model.scheduler import Crashed, Point, Process, Run, Scheduler
from tests.model.scripted_stripe import ScriptedStripe, StripeLine
from tests.model.services import START, Outside, Replica

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)
REPLICAS = {"cart": 2, "products": 2, "payments": 2, "analytics": 2}
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 1",
    "line2": "",
    "city": "Berlin",
    "postal_code": "10119",
    "region": "",
    "country": "DE",
}
LINES = (
    "cart calls payments",
    "cart calls products",
    "payments calls Stripe",
    "analytics calls cart",
)
_NO_ANSWER = ("request lost", "request late")
COUPONS = (
    Terms("ONCE", Kind.PERCENTAGE, 50, max_uses=1),
    Terms("EACH", Kind.AMOUNT, 300, max_uses_per_customer=1),
    Terms("GIFT", Kind.PERCENTAGE, 100, max_uses=3, max_uses_per_customer=2),
    Terms("SHIP", Kind.FREE_SHIPPING, 0),
)


@dataclass
class Shopper:
    user_id: UUID
    name: str
    # Each checkout the shopper has sent: placement and cart version, to be repeated.
    sent: list[tuple[Placement, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Acknowledged:
    """An answer a shopper has seen; it must stay true."""

    order_id: UUID
    idempotency_key: str
    total: int


class World:
    """``stock`` of each variant. ``seed`` fixes which replica serves and where single statements
    and reads pause."""

    def __init__(
        self,
        seed: int,
        *,
        shoppers: int,
        stock: list[int],
        pause_share: float = 0,
        read_share: float = 1,
    ) -> None:
        self.random = random.Random(seed)
        self.scheduler = Scheduler(self.random, pause_share=pause_share, read_share=read_share)
        self.databases = {name: Database(name, self.scheduler) for name in START}
        self.stripe = ScriptedStripe(self.now, lambda: self.random.random() < 0.4)
        self.streams = Streams(self.scheduler)
        self.network = Network(self.scheduler, self._server_of)
        self.line = StripeLine(self.stripe, self.scheduler)
        self.outside = Outside(self.now, self.databases, self.network, self.streams, self.line)
        self.hits: Counter[str] = Counter()
        self.trace: list[str] = []
        self.acknowledged: dict[UUID, Acknowledged] = {}
        # Lines ("cart calls payments") on which nothing gets through for now.
        self.broken_lines: set[str] = set()
        self.paid_for: set[UUID] = set()
        # Refunds asked for: order, wish, key.
        self.refunds_asked: list[tuple[UUID, RefundWish, str]] = []
        self.unexpected = self.network.surprises
        self._ids = 0
        self._use()
        self.shoppers = [Shopper(ids.new_id(), f"shopper {n}") for n in range(shoppers)]
        self.initial_stock: dict[UUID, int] = {}
        for number, units in enumerate(stock):
            self._put_on_sale(number, units)
        for shopper in self.shoppers:
            self._fill_cart(shopper)
        # Few, so that shoppers are after the same.
        self.coupons = self.random.sample(COUPONS, 2)
        for terms in self.coupons:
            coupon = Coupon.create(terms, self.now())
            self.databases["cart"].table("coupons")[coupon.id] = coupon
        self.replicas: dict[str, list[Replica]] = {
            service: [self._start(service, n) for n in range(count)]
            for service, count in REPLICAS.items()
        }

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.scheduler.loop.time())

    # What the model may look at.

    @property
    def orders(self) -> dict[UUID, Order]:
        rows: Any = self.databases["cart"].table("orders")
        return {order_id: row.order for order_id, row in rows.items()}

    def order_row(self, order_id: UUID) -> OrderRow:
        row: OrderRow = self.databases["cart"].table("orders")[order_id]
        return row

    @property
    def payments(self) -> dict[UUID, Payment]:
        rows: Any = self.databases["payments"].table("payments")
        return {order_id: row.payment for order_id, row in rows.items()}

    @property
    def variants(self) -> list[UUID]:
        return list(self.initial_stock)

    def cart_of(self, shopper: Shopper) -> Cart | None:
        cart: Cart | None = self.databases["cart"].table("carts").get(shopper.user_id)
        return cart

    def processes(self) -> list[Process]:
        return [replica.process for replicas in self.replicas.values() for replica in replicas]

    def replica(self, service: str, number: int) -> Replica:
        return self.replicas[service][number % len(self.replicas[service])]

    # What may happen.

    def note(self, text: str) -> None:
        self.trace.append(f"{self.scheduler.loop.time():8.1f} {text}")

    def resolve(self, point: Point, outcome: str) -> None:
        self.hits[f"{outcome}: {point.label}"] += 1
        self.note(f"{point.process.name}: {point.label}: {outcome}")
        self.scheduler.resolve(point, outcome)

    def go_on(self, point: Point) -> None:
        """As it should, unless the line it uses is broken."""
        line = " ".join(point.label.split()[:3])
        broken = point.kind == "call" and line in self.broken_lines
        self.resolve(point, self.random.choice(_NO_ANSWER) if broken else "done")

    def cancel(self, point: Point, *, after: bool) -> None:
        when = "cancelled after" if after else "cancelled before"
        self.hits[f"{when}: {point.label}"] += 1
        self.note(f"{point.process.name}: {point.label}: {when}")
        self.scheduler.cancel(point, after=after)

    def crash(self, process: Process, point: Point | None = None, *, after: bool = False) -> None:
        """Kill ``process``, waiting at ``point``, before or after what it is about to do there."""
        when = "crash after" if after else "crash before"
        if point is not None:
            self.hits[f"{when}: {point.label}"] += 1
        self.hits["process killed"] += 1
        self.note(f"{process.name} is killed{f', {when} {point.label}' if point else ''}")
        if point is not None and after:
            self.scheduler.points.remove(point)
            point.do()
            point.fail(Crashed(process.name))
        self.scheduler.kill(process)
        replicas = self.replicas[process.service]
        place = next(n for n, one in enumerate(replicas) if one.process is process)
        replicas[place] = self._start(process.service, place)

    def start(self, kind: str, process: Process, work: Any, **options: Any) -> Run:
        self.note(f"{process.name}: {kind} begins")
        return self.scheduler.start(kind, process, work, **options)

    def close(self) -> None:
        self.scheduler.close(self.processes())

    def _start(self, service: str, number: int) -> Replica:
        self._ids += 1
        process = Process(service, f"{service} {number + 1} (start {self._ids})")
        for database in self.databases.values():
            process.on_death.append(_forgetting(database, process))
        return START[service](process, self.outside)

    def _server_of(self, service: str) -> tuple[Process, Server]:
        replica = self.random.choice(self.replicas[service])
        return replica.process, replica.serve

    def _put_on_sale(self, number: int, units: int) -> None:
        variant_id, product_id = ids.new_id(), ids.new_id()
        products = self.databases["products"]
        title = f"Thing {number + 1}"
        products.table("variants")[variant_id] = VariantRow(product_id, title, 1_000 + number)
        products.table("stock")[variant_id] = Stock(units, 0)
        self.initial_stock[variant_id] = units

    def _fill_cart(self, shopper: Shopper) -> None:
        variant_id = self.random.choice(self.variants)
        variant = self.databases["products"].table("variants")[variant_id]
        cart = Cart(ids.new_id(), user_id=shopper.user_id, version=1)
        price = Money(variant.price, "EUR")
        offer = Offer(
            variant_id, variant.product_id, "", variant.title, "", {}, None, price, 1, True
        )
        cart.items = [CartItem.of(offer, self.random.choice((1, 1, 2)))]
        self.databases["cart"].table("carts")[shopper.user_id] = cart

    def _use(self) -> None:
        """Times and ids are this world's from now on."""
        _Current.world = self
        self._numbers = 0

    def next_id(self) -> UUID:
        self._numbers += 1
        return UUID(int=(0x0190 << 112) | (7 << 76) | (2 << 62) | self._numbers)


def _forgetting(database: Database, process: Process) -> Any:
    return lambda: database.forget(process, Crashed(process.name))


class _Current:
    world: World

    @classmethod
    def next_id(cls) -> UUID:
        return cls.world.next_id()


class _ScriptedTime(datetime):
    """Stands in for ``datetime`` in the services' modules."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return _Current.world.now()


@contextmanager
def scripted_time_and_ids() -> Iterator[None]:
    """Within this, the services' times and ids come from the world made last."""
    patched = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("deployments.") and getattr(module, "datetime", None) is datetime
    ]
    uuid7 = ids.uuid7
    for module in patched:
        module.datetime = _ScriptedTime
    ids.uuid7 = _Current.next_id
    try:
        yield
    finally:
        ids.uuid7 = uuid7
        for module in patched:
            module.datetime = datetime
