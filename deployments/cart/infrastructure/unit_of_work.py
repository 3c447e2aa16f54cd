from __future__ import annotations

from deployments.cart.application.ports import (
    CartRepository,
    Clock,
    CouponRepository,
    CustomerRepository,
    Inbox,
    Mails,
    OrderRepository,
    Outbox,
)
from deployments.cart.infrastructure.cart_repository import SqlCartRepository
from deployments.cart.infrastructure.coupon_repository import SqlCouponRepository
from deployments.cart.infrastructure.customer_repository import SqlCustomerRepository
from deployments.cart.infrastructure.order_repository import SqlOrderRepository
from deployments.shared.database import SessionFactory, SqlUnitOfWork
from deployments.shared.mail import MailRepository
from deployments.shared.outbox import InboxRepository, OutboxRepository
from models.cart import tables


class SqlCartUnitOfWork(SqlUnitOfWork):
    carts: CartRepository
    orders: OrderRepository
    coupons: CouponRepository
    outbox: Outbox
    inbox: Inbox
    mails: Mails
    customers: CustomerRepository

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        super().__init__(sessions)
        self._clock = clock

    def _open(self) -> None:
        self.carts = SqlCartRepository(self.session, self._clock)
        self.orders = SqlOrderRepository(self.session)
        self.coupons = SqlCouponRepository(self.session)
        self.outbox = OutboxRepository(self.session, tables.outbox)
        self.inbox = InboxRepository(self.session, tables.inbox)
        self.mails = MailRepository(self.session, tables.mails)
        self.customers = SqlCustomerRepository(self.session)
