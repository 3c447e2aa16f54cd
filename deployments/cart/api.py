"""Composition of the cart service; knows no Ray."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from fastapi import FastAPI

from deployments.cart.application.accept_prices import AcceptPrices
from deployments.cart.application.add_item import AddItem
from deployments.cart.application.advance_order import AdvanceOrder
from deployments.cart.application.announce import MarkPaid
from deployments.cart.application.cancel_order import CancelOrder
from deployments.cart.application.change_item import ChangeItem
from deployments.cart.application.check_out import IN_PROGRESS, CheckOut
from deployments.cart.application.enter_coupon import EnterCoupon, RemoveCoupon
from deployments.cart.application.erase_customer import EraseCustomer
from deployments.cart.application.forget_guest_carts import ForgetGuestCarts
from deployments.cart.application.fulfil_order import CompleteOrder, FulfilOrder
from deployments.cart.application.manage_coupons import ManageCoupons
from deployments.cart.application.merge_carts import MergeCarts
from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import Catalogue, Clock, Payments
from deployments.cart.application.quote import Quote
from deployments.cart.application.read_orders import ReadOrders
from deployments.cart.application.record_payment import CONSUMER, RecordPayment
from deployments.cart.application.record_refund import RecordRefund
from deployments.cart.application.refund_order import RefundOrder
from deployments.cart.application.remove_item import RemoveItem
from deployments.cart.application.run_order import RunOrder
from deployments.cart.application.settle_refunds import SettleRefunds
from deployments.cart.application.show_cart import ShowCart
from deployments.cart.application.sweep_orders import SweepOrders
from deployments.cart.domain.coupon import GONE
from deployments.cart.infrastructure.housekeeping import cart_clean_up, cart_mails
from deployments.cart.infrastructure.outbox import cart_outbox, cursors, outbox_reader
from deployments.cart.infrastructure.payments_gateway import PaymentsGateway
from deployments.cart.infrastructure.products_gateway import ProductsGateway
from deployments.cart.infrastructure.settings import CartSettings
from deployments.cart.infrastructure.unit_of_work import SqlCartUnitOfWork
from deployments.cart.presentation.account_events import AccountEvents
from deployments.cart.presentation.cart_routes import router as cart_router
from deployments.cart.presentation.coupon_routes import router as coupon_router
from deployments.cart.presentation.internal_routes import router as internal_router
from deployments.cart.presentation.merchant_routes import router as merchant_router
from deployments.cart.presentation.order_routes import router as order_router
from deployments.cart.presentation.payment_events import PaymentEvents
from deployments.payments.contract import PaymentsClient
from deployments.products.contract import ProductsClient
from deployments.shared.clean_up import CLEAN_UP_SECONDS
from deployments.shared.errors import Conflict
from deployments.shared.events import ACCOUNTS, PAYMENTS
from deployments.shared.outbox_routes import outbox_router
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings, require_secrets
from deployments.shared.subscriptions import subscribe
from deployments.shared.tokens import TokenVerifier

CONSTRAINTS = {
    "uq_orders_user_id_idempotency_key": IN_PROGRESS,
    "uq_orders_cart_version": IN_PROGRESS,
    "uq_cart_items_cart_id_variant_id": Conflict(
        "cart_changed", "the cart was changed at the same time; try again"
    ),
    "uq_coupons_code": Conflict("coupon_code_taken", "another coupon has this code; change one"),
    "fk_coupon_redemptions_coupon_id": Conflict("coupon_gone", GONE),
}

_RELAY_SECONDS = 0.2
_FORGET_SECONDS = 3600.0
_SETTLE_SECONDS = 10.0
_MAIL_SECONDS = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_api(
    platform: PlatformSettings,
    settings: CartSettings,
    *,
    verifier: TokenVerifier | None = None,
    catalogue: Catalogue | None = None,
    payments: Payments | None = None,
    clock: Clock = utc_now,
) -> FastAPI:
    """The cart service as an ASGI application.

    ``catalogue`` and ``payments`` replace the services of those names, ``clock`` the time.

    Raises:
        ConfigurationError: in production with a missing or default secret.
    """
    require_secrets(platform, {"MERCATO_CART_PSEUDONYM_SECRET": settings.pseudonym_secret})
    secret = settings.pseudonym_secret.get_secret_value().encode()
    hold = timedelta(minutes=settings.hold_minutes)

    def pseudonym(user_id: UUID) -> str:
        return hmac.new(secret, user_id.bytes, hashlib.sha256).hexdigest()[:32]

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        products = catalogue or ProductsGateway(ProductsClient(parts.call("products")))
        money = payments or PaymentsGateway(PaymentsClient(parts.call("payments")))

        def begin() -> SqlCartUnitOfWork:
            return SqlCartUnitOfWork(parts.sessions, clock)

        show = ShowCart(begin, products, clock, settings.currency)
        quote = Quote(show, settings.free_shipping_from)
        mails = OrderMails(platform.store_url, parseaddr(platform.mail_from)[0] or "Mercato")
        mark_paid = MarkPaid(pseudonym, mails)
        poll = timedelta(seconds=settings.refund_poll_seconds)
        refunds = SettleRefunds(begin, products, money, mails, clock, poll=poll)
        run = RunOrder(
            begin,
            AdvanceOrder(begin, products, money, mark_paid, clock, refunds=refunds, hold=hold),
            clock,
            lease=timedelta(seconds=settings.lease_seconds),
            retry=timedelta(seconds=settings.retry_seconds),
        )
        state = parts.state
        state.currency = settings.currency
        state.show_cart = show
        state.add_item = AddItem(begin, products, show, settings.currency)
        state.change_item = ChangeItem(begin, products, show, settings.currency)
        state.remove_item = RemoveItem(begin, show)
        state.accept_prices = AcceptPrices(begin, products, show, settings.currency)
        state.enter_coupon = EnterCoupon(begin, show, clock)
        state.remove_coupon = RemoveCoupon(begin, show)
        state.manage_coupons = ManageCoupons(begin, clock)
        state.merge_carts = MergeCarts(begin, show)
        state.quote = quote
        state.check_out = CheckOut(
            begin,
            products,
            quote,
            run,
            clock,
            hold=hold,
            patience=timedelta(seconds=settings.answer_seconds),
            currency=settings.currency,
            max_unpaid=settings.max_unpaid_orders,
        )
        state.read_orders = ReadOrders(begin)
        state.cancel_order = CancelOrder(begin, run, mails, clock)
        state.fulfil_order = FulfilOrder(
            begin, mails, clock, delivery=timedelta(days=settings.delivery_days)
        )
        state.complete_order = CompleteOrder(begin, clock)
        state.refund_order = RefundOrder(begin, run, clock)
        state.erase_customer = EraseCustomer(begin, clock)
        state.account_events = AccountEvents(state.erase_customer)
        state.sweep_orders = SweepOrders(begin, run, clock)
        state.forget_guest_carts = ForgetGuestCarts(
            begin, clock, keep=timedelta(days=settings.guest_cart_days)
        )
        state.payment_events = PaymentEvents(
            RecordPayment(begin, mark_paid, run, clock), RecordRefund(begin, mails, run, clock)
        )
        state.outbox = outbox_reader(parts.sessions)
        subscribe(
            parts,
            source="payments",
            topic=PAYMENTS,
            group=CONSUMER,
            cursors=cursors,
            handler=state.payment_events,
        )
        subscribe(
            parts,
            source="auth",
            topic=ACCOUNTS,
            group=CONSUMER,
            cursors=cursors,
            handler=state.account_events,
        )
        state.clean_up = cart_clean_up(parts.sessions)
        relay = cart_outbox(parts.sessions, parts.redis)
        parts.background += [
            ("outbox", _RELAY_SECONDS, relay.relay),
            ("sweep", settings.sweep_seconds, state.sweep_orders),
            ("guest carts", _FORGET_SECONDS, state.forget_guest_carts),
            ("erased customers", _FORGET_SECONDS, state.erase_customer.anonymise),
            ("clean-up", CLEAN_UP_SECONDS, state.clean_up),
            ("mails", _MAIL_SECONDS, cart_mails(parts.sessions, platform).send_due),
        ]
        yield
        await run.settle(_SETTLE_SECONDS)

    return create_service_app(
        service="cart",
        title="Mercato cart",
        description="Carts, checkout and orders.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[
            outbox_router("analytics"),
            cart_router,
            coupon_router,
            # Before the orders' own: /orders/all is no order's id.
            merchant_router,
            order_router,
            internal_router,
        ],
        constraints=CONSTRAINTS,
        verifier=verifier,
        # Generous: whole offices share an address.
        default_limit="6000/minute",
    )
