"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol, Self
from uuid import UUID

from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.coupon import Coupon, Uses
from deployments.cart.domain.offer import Offer
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import Refund, RefundState
from deployments.shared.events import Event
from deployments.shared.mail import Mail
from deployments.shared.money import Money

Clock = Callable[[], datetime]
Pseudonym = Callable[[UUID], str]


class CartRepository(Protocol):
    async def find(self, shopper: Shopper, *, lock: bool = False) -> Cart | None: ...

    async def open_for_user(self, user_id: UUID) -> Cart:
        """The user's cart, locked; made when absent."""
        ...

    async def add(self, cart: Cart) -> None: ...

    async def save(self, cart: Cart) -> None: ...

    async def delete(self, cart: Cart) -> None: ...

    async def delete_idle_guests(self, before: datetime, limit: int) -> int: ...


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """``number`` and ``email`` are beginnings, in any case of letters."""

    user_id: UUID | None = None
    status: Status | None = None
    number: str | None = None
    email: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    alarmed: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderCounts:
    by_status: Mapping[Status, int]
    alarmed: int


class OrderRepository(Protocol):
    async def next_number(self) -> str: ...

    async def add(self, order: Order, leased_until: datetime) -> None: ...

    async def save(self, order: Order) -> None:
        """State, payment, times and timeline of an order got by ``for_update``."""
        ...

    async def by_id(self, order_id: UUID) -> Order | None: ...

    async def for_update(self, order_id: UUID) -> Order | None: ...

    async def by_key(self, user_id: UUID, idempotency_key: str) -> Order | None: ...

    async def count_unpaid(self, user_id: UUID) -> int:
        """The user's orders that hold stock, or soon may, and are not paid."""
        ...

    async def in_the_way(self, cart_id: UUID, cart_version: int) -> Order | None:
        """The order that took this version of the cart and is not void, or one that has not
        taken its items out of the cart yet."""
        ...

    async def page(self, wanted: OrderFilter, *, before: UUID | None, limit: int) -> list[Order]:
        """Newest first, those older than the order ``before``."""
        ...

    async def counts(self) -> OrderCounts: ...

    async def has_purchased(self, user_id: UUID, product_id: UUID) -> bool: ...

    async def claim_due(self, now: datetime, until: datetime) -> UUID | None:
        """Lease the order that has been due longest; skips those others hold."""
        ...

    async def try_lease(self, order_id: UUID, now: datetime, until: datetime) -> bool: ...

    async def end_lease(
        self, order_id: UUID, until: datetime, retry_at: datetime | None = None
    ) -> None:
        """End the lease that lasts ``until``; one that somebody else has taken since stays.

        ``retry_at``: the sweep leaves the order alone until then.
        """
        ...


class CouponRepository(Protocol):
    async def by_code(self, code: str) -> Coupon | None: ...

    async def by_id(self, coupon_id: UUID, *, lock: bool = False) -> Coupon | None: ...

    async def page(self, *, before: UUID | None, limit: int) -> list[Coupon]:
        """Newest first, those older than the coupon ``before``."""
        ...

    async def add(self, coupon: Coupon) -> None: ...

    async def save(self, coupon: Coupon) -> None: ...

    async def delete(self, coupon: Coupon) -> None: ...

    async def uses(self, coupon: Coupon, user_id: UUID | None) -> Uses:
        """As far as the coupon limits them; what it does not limit is not counted."""
        ...

    async def use_counts(self, coupons: Collection[Coupon]) -> dict[UUID, int]:
        """Uses by the coupon's id; one that is not used is left out."""
        ...

    async def redeem(self, coupon: Coupon, order: Order, now: datetime) -> None: ...

    async def free(self, order: Order) -> None:
        """The order is void: its use of a coupon no longer counts."""
        ...


class Outbox(Protocol):
    async def append(self, event: Event) -> None: ...


class Inbox(Protocol):
    async def first_time(self, consumer: str, event_id: UUID) -> bool: ...


class Mails(Protocol):
    async def append(self, mail: Mail) -> None: ...


class CustomerRepository(Protocol):
    """Customers whose account was erased."""

    async def add_erased(self, user_id: UUID, now: datetime) -> None: ...

    async def anonymise_ended(self, limit: int) -> int:
        """Take name, address and e-mail out of erased customers' orders that have ended."""
        ...


class CartUnitOfWork(Protocol):
    carts: CartRepository
    orders: OrderRepository
    coupons: CouponRepository
    outbox: Outbox
    inbox: Inbox
    mails: Mails
    customers: CustomerRepository

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], CartUnitOfWork]


class StockRefused(Exception):
    """Products holds nothing for the order. ``lines``: variant_id, requested, available."""

    def __init__(self, code: str, detail: str, lines: list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.lines = lines


class RestockRefused(Exception):
    """Products will never take these goods back for this order."""


class Catalogue(Protocol):
    """The products service. Every call may raise ``Unavailable`` and may be repeated."""

    async def offers(self, variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        """Unknown variants are left out."""
        ...

    async def reserve(self, order_id: UUID, quantities: Mapping[UUID, int]) -> None:
        """Raises ``StockRefused`` when not all of it can be held."""
        ...

    async def commit(self, order_id: UUID) -> None: ...

    async def release(self, order_id: UUID) -> None: ...

    async def restock(self, refund_id: UUID, order_id: UUID, lines: Mapping[UUID, int]) -> None:
        """Put what a refund gives back on sale. Raises ``RestockRefused``."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    payment_id: UUID
    amount: Money


CancelOutcome = Literal["cancelled", "succeeded", "unknown"]


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    state: RefundState
    failure: str | None = None


class Payments(Protocol):
    """The payments service. Every call may raise ``Unavailable`` and may be repeated."""

    async def create_intent(self, order: Order) -> Intent: ...

    async def cancel(self, order_id: UUID) -> CancelOutcome: ...

    async def refund(self, order_id: UUID, refund: Refund) -> RefundOutcome:
        """Give the money of ``refund`` back, once; a refusal is a failure."""
        ...
