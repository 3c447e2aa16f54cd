"""The real use cases of cart, products and payments, wired to the model's databases, network, bus
and Stripe as each service's ``api.py`` wires them to the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis.exceptions import ResponseError
from stripe import StripeClient

from deployments.cart.application.accept_prices import AcceptPrices
from deployments.cart.application.add_item import AddItem
from deployments.cart.application.advance_order import AdvanceOrder
from deployments.cart.application.announce import MarkPaid
from deployments.cart.application.cancel_order import CancelOrder
from deployments.cart.application.check_out import CheckOut
from deployments.cart.application.enter_coupon import EnterCoupon, RemoveCoupon
from deployments.cart.application.fulfil_order import CompleteOrder, FulfilOrder
from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.quote import Quote
from deployments.cart.application.record_payment import CONSUMER, RecordPayment
from deployments.cart.application.record_refund import RecordRefund as NoteRefund
from deployments.cart.application.refund_order import RefundOrder
from deployments.cart.application.remove_item import RemoveItem
from deployments.cart.application.run_order import RunOrder
from deployments.cart.application.settle_refunds import SettleRefunds
from deployments.cart.application.show_cart import ShowCart
from deployments.cart.application.sweep_orders import SweepOrders
from deployments.cart.infrastructure.payments_gateway import PaymentsGateway
from deployments.cart.infrastructure.products_gateway import ProductsGateway
from deployments.cart.presentation.payment_events import PaymentEvents
from deployments.payments.application.cancel_order_payment import CancelOrderPayment
from deployments.payments.application.confirm_payment import ConfirmPayment
from deployments.payments.application.create_intent import CreateIntent
from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.follow_intent_event import FollowIntentEvent
from deployments.payments.application.follow_refund_event import FollowRefundEvent
from deployments.payments.application.process_events import ProcessEvents
from deployments.payments.application.read_payment import ReadPayment
from deployments.payments.application.receive_event import ReceiveEvent
from deployments.payments.application.reconcile_events import ReconcileEvents
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.application.record_refund import RecordRefund
from deployments.payments.application.refresh_unfinished import RefreshUnfinished
from deployments.payments.application.refund_payment import RefundPayment
from deployments.payments.application.settle_refund import SettleRefund
from deployments.payments.application.sweep_refunds import SweepRefunds
from deployments.payments.contract import (
    CancelResult,
    CreateIntentRequest,
    PaymentsClient,
    RefundRequest,
    RefundResult,
)
from deployments.payments.infrastructure.stripe_circuit import StripeCircuit, StripeLane
from deployments.payments.infrastructure.stripe_client import StripeCalls
from deployments.payments.infrastructure.stripe_gateway import SdkStripeGateway
from deployments.payments.infrastructure.stripe_money_back import SdkMoneyBackGateway
from deployments.payments.infrastructure.stripe_objects import (
    read_event,
    read_intent,
    read_refund,
)
from deployments.payments.presentation.views import payment_view
from deployments.products.application.adjust_stock import AdjustStock
from deployments.products.application.commit_reservation import CommitReservation
from deployments.products.application.read_snapshots import ReadSnapshots
from deployments.products.application.release_reservation import ReleaseReservation
from deployments.products.application.reserve_stock import ReserveStock
from deployments.products.application.restock_refund import RestockRefund
from deployments.products.contract import (
    ProductsClient,
    Reservation,
    ReservationRequest,
    Restock,
    RestockRequest,
    SnapshotRequest,
)
from deployments.products.domain.reservation import Line
from deployments.products.presentation import presenters
from deployments.shared.errors import NotFound
from deployments.shared.events import ORDERS, PAYMENTS, Event
from deployments.shared.money import Money
from deployments.shared.outbox_follower import OutboxFollower
from deployments.shared.outbox_routes import OutboxEvent, fetch_from
from deployments.shared.streams import StreamConsumer
from tests.model.bus import (
    MemoryOutboxCursor,
    MemoryOutboxRelay,
    RedisConnection,
    Streams,
    published_events,
)
from tests.model.memory_cart import MemoryCartUnitOfWork
from tests.model.memory_database import Database, MemoryUnitOfWork
from tests.model.memory_payments import MemoryPaymentsUnitOfWork
from tests.model.memory_products import MemoryProductsUnitOfWork
from tests.model.network import Network, Request, Server
from tests.model.scheduler import Process
from tests.model.scripted_stripe import ScriptedStripeHttp, StripeLine

HOLD = timedelta(minutes=15)
LEASE = timedelta(seconds=40)
RETRY = timedelta(seconds=5)
PATIENCE = timedelta(seconds=4)
REFUND_POLL = timedelta(seconds=30)
DELIVERY = timedelta(days=7)
REFRESH_AFTER = timedelta(seconds=20)
RECONCILE = timedelta(seconds=120)
STRIPE_PLACES = 16
STRIPE_SECONDS = 4.0
STRIPE_RETRIES = 2
FREE_SHIPPING_FROM = 2_000

Clock = Callable[[], datetime]
Worker = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Outside:
    """What a process finds when it starts: committed state and the ways to others."""

    clock: Clock
    databases: dict[str, Database]
    network: Network
    streams: Streams
    stripe: StripeLine


@dataclass
class Replica:
    """``workers`` run again and again in the background, each at most once at a time."""

    process: Process
    serve: Server
    workers: dict[str, Worker]
    use_cases: Any


@dataclass(frozen=True)
class CartUseCases:
    add_item: AddItem
    check_out: CheckOut
    cancel_order: CancelOrder
    remove_item: RemoveItem
    accept_prices: AcceptPrices
    enter_coupon: EnterCoupon
    remove_coupon: RemoveCoupon
    refund: RefundOrder
    fulfil: FulfilOrder
    complete: CompleteOrder


@dataclass(frozen=True)
class PaymentUseCases:
    confirm: ConfirmPayment
    receive: ReceiveEvent


def start_cart(process: Process, outside: Outside) -> Replica:
    database, clock = outside.databases["cart"], outside.clock
    products = ProductsGateway(ProductsClient(outside.network.client(process, "products")))
    payments = PaymentsGateway(PaymentsClient(outside.network.client(process, "payments")))

    def begin() -> MemoryCartUnitOfWork:
        return MemoryCartUnitOfWork(database, process, clock)

    mails = OrderMails("http://store", "Mercato")
    mark_paid = MarkPaid(lambda user_id: f"customer {user_id}", mails)
    refunds = SettleRefunds(begin, products, payments, mails, clock, poll=REFUND_POLL)
    advance = AdvanceOrder(begin, products, payments, mark_paid, clock, refunds=refunds, hold=HOLD)
    run = RunOrder(begin, advance, clock, lease=LEASE, retry=RETRY)
    show = ShowCart(begin, products, clock, "EUR")
    quote = Quote(show, FREE_SHIPPING_FROM)
    relay = _relay(process, outside)
    handle = PaymentEvents(
        RecordPayment(begin, mark_paid, run, clock), NoteRefund(begin, mails, run, clock)
    )
    listen = Subscription("payments", PAYMENTS, CONSUMER)
    follow, read_stream = _subscribe(process, outside, listen, handle)

    async def serve(request: Request) -> Any:
        return _outbox_page(database, request, clock)

    return Replica(
        process,
        serve,
        {
            "relay": relay.relay,
            "read stream": read_stream,
            "follow outbox": follow.catch_up,
            "sweep": SweepOrders(begin, run, clock),
        },
        CartUseCases(
            AddItem(begin, products, show, "EUR"),
            CheckOut(
                begin,
                products,
                quote,
                run,
                clock,
                hold=HOLD,
                patience=PATIENCE,
                currency="EUR",
            ),
            CancelOrder(begin, run, mails, clock),
            RemoveItem(begin, show),
            AcceptPrices(begin, products, show, "EUR"),
            EnterCoupon(begin, show, clock),
            RemoveCoupon(begin, show),
            RefundOrder(begin, run, clock),
            FulfilOrder(begin, mails, clock, delivery=DELIVERY),
            CompleteOrder(begin, clock),
        ),
    )


def start_products(process: Process, outside: Outside) -> Replica:
    database = outside.databases["products"]

    def begin() -> MemoryProductsUnitOfWork:
        return MemoryProductsUnitOfWork(database, process)

    reserve, commit = ReserveStock(begin), CommitReservation(begin)
    release, snapshots = ReleaseReservation(begin), ReadSnapshots(begin)
    restock = RestockRefund(begin)

    async def serve(request: Request) -> Any:
        match _parts(request):
            case ("PUT", "internal", "snapshots"):
                wanted = SnapshotRequest.model_validate_json(request.content)
                found = await snapshots(set(wanted.variant_ids))
                return [presenters.snapshot(one, str).model_dump(mode="json") for one in found]
            case ("PUT", "internal", "reservations"):
                body = ReservationRequest.model_validate_json(request.content)
                lines = [Line(line.variant_id, line.quantity) for line in body.lines]
                return _reservation(await reserve(body.order_id, lines))
            case ("PUT", "internal", "restocks", refund_id):
                asked = RestockRequest.model_validate_json(request.content)
                lines = [Line(line.variant_id, line.quantity) for line in asked.lines]
                done = await restock(UUID(refund_id), asked.order_id, lines, "cart")
                return Restock.model_validate(done).model_dump(mode="json")
            case ("PUT", "internal", "reservations", order_id, "commit"):
                return _reservation(await commit(UUID(order_id), "cart"))
            case ("PUT", "internal", "reservations", order_id, "release"):
                return _reservation(await release(UUID(order_id)))
        raise _no_route(request)

    return Replica(process, serve, {}, AdjustStock(begin))


def start_payments(process: Process, outside: Outside) -> Replica:
    database, clock = outside.databases["payments"], outside.clock
    connection: Any = ScriptedConnection(ScriptedStripeHttp(outside.stripe, process))
    circuit = StripeCircuit(now=outside.stripe.scheduler.loop.time)
    places, seconds = STRIPE_PLACES, STRIPE_SECONDS
    front = StripeCalls(connection, StripeLane(circuit, places=places, seconds=seconds))
    back = StripeCalls(connection, StripeLane(circuit, places=places, seconds=30))

    def begin() -> MemoryPaymentsUnitOfWork:
        return MemoryPaymentsUnitOfWork(database, process, clock)

    stripe = SdkStripeGateway(front, shop="mercato")
    record = RecordIntent(begin, stripe)
    ensure = EnsureIntent(begin, stripe, record)
    create = CreateIntent(begin, ensure)
    cancel = CancelOrderPayment(begin, ensure, stripe, record)
    settle = SettleRefund(begin, SdkMoneyBackGateway(front), RecordRefund(begin))
    refund = RefundPayment(begin, settle)
    relay = _relay(process, outside)

    async def serve(request: Request) -> Any:
        match _parts(request):
            case ("POST", "create-intent"):
                body = CreateIntentRequest.model_validate_json(request.content)
                assert body.user_id is not None
                assert body.amount is not None
                assert body.currency is not None
                money = Money(body.amount, body.currency)
                payment = await create(body.order_id, body.user_id, str(body.order_number), money)
                return payment_view(payment).model_dump(mode="json")
            case ("PUT", "internal", "orders", order_id, "cancel"):
                return CancelResult(status=await cancel(UUID(order_id))).model_dump(mode="json")
            case ("PUT", "internal", "refunds", refund_id):
                asked = RefundRequest.model_validate_json(request.content)
                money = Money(asked.amount, asked.currency)
                made = await refund(UUID(refund_id), asked.order_id, money, asked.reason)
                return RefundResult.model_validate(made).model_dump(mode="json")
            case ("GET", "internal", "outbox"):
                return _outbox_page(database, request, clock)
        raise _no_route(request)

    return Replica(
        process,
        serve,
        {"relay": relay.relay, **_payments_by_itself(begin, back)},
        PaymentUseCases(
            ConfirmPayment(
                begin, ReadPayment(begin), ensure, stripe, record, store_url="http://store"
            ),
            # Signatures have tests of their own.
            ReceiveEvent(begin, lambda body, signature: read_event(_json(body))),
        ),
    )


def _payments_by_itself(
    begin: Callable[[], MemoryPaymentsUnitOfWork], calls: StripeCalls
) -> dict[str, Worker]:
    stripe, money_back = SdkStripeGateway(calls, shop="mercato"), SdkMoneyBackGateway(calls)
    record, record_refund = RecordIntent(begin, stripe), RecordRefund(begin)
    follow_refund = FollowRefundEvent(begin, money_back, record_refund, read_refund)
    handlers = {
        "payment_intent.": FollowIntentEvent(begin, stripe, record, read_intent, shop="mercato"),
        "refund.": follow_refund,
    }
    return {
        "process events": ProcessEvents(begin, handlers),
        "reconcile": ReconcileEvents(begin, stripe, every=RECONCILE),
        "refresh unfinished": RefreshUnfinished(begin, stripe, record, older_than=REFRESH_AFTER),
        "sweep refunds": SweepRefunds(begin, SettleRefund(begin, money_back, record_refund)),
    }


def start_analytics(process: Process, outside: Outside) -> Replica:
    """A listener that keeps the events of orders by their ids, as analytics does."""
    database = outside.databases["analytics"]

    async def handle(events: Sequence[Event]) -> None:
        async with MemoryUnitOfWork(database, process) as work:
            for event in events:
                if await work.transaction.claim("events", event.event_id):
                    work.transaction.write("events", event.event_id, event)
            await work.commit()

    listen = Subscription("cart", ORDERS, "analytics")
    follow, read_stream = _subscribe(process, outside, listen, handle)

    async def serve(request: Request) -> Any:
        raise _no_route(request)

    workers = {"read stream": read_stream, "follow outbox": follow.catch_up}
    return Replica(process, serve, workers, None)


START: dict[str, Callable[[Process, Outside], Replica]] = {
    "cart": start_cart,
    "products": start_products,
    "payments": start_payments,
    "analytics": start_analytics,
}


def _relay(process: Process, outside: Outside) -> MemoryOutboxRelay:
    redis = RedisConnection(outside.streams, process)
    return MemoryOutboxRelay(outside.databases[process.service], process, redis, outside.clock)


@dataclass(frozen=True)
class Subscription:
    source: str
    topic: str
    group: str


def _subscribe(
    process: Process,
    outside: Outside,
    to: Subscription,
    handler: Callable[[Sequence[Event]], Awaitable[None]],
) -> tuple[OutboxFollower, Worker]:
    """As ``shared.subscriptions.subscribe`` does."""
    cursor: Any = MemoryOutboxCursor(
        outside.databases[process.service], process, to.source, to.topic
    )
    fetch = fetch_from(outside.network.client(process, to.source), to.topic)
    follower = OutboxFollower(cursor, fetch, handler)
    redis: Any = RedisConnection(outside.streams, process)

    async def handle(events: Sequence[Event]) -> None:
        await handler(events)
        await follower.note(events)

    consumer = StreamConsumer(redis, to.topic, to.group, handle)

    async def poll() -> None:
        try:
            await consumer.poll()
        except ResponseError:
            await consumer._create_group()

    return follower, poll


def _outbox_page(database: Database, request: Request, clock: Clock) -> Any:
    asked = request.params
    events = published_events(
        database, asked["topic"], int(asked["after"]), int(asked["limit"]), clock()
    )
    return [OutboxEvent.model_validate(event).model_dump(mode="json") for event in events]


class ScriptedConnection:
    """In the place of ``StripeConnection``: the real SDK over the scripted HTTP client."""

    livemode = False

    def __init__(self, http: ScriptedStripeHttp) -> None:
        self.client = StripeClient(
            "sk_test_model",
            base_addresses={"api": "http://stripe"},
            max_network_retries=STRIPE_RETRIES,
            http_client=http,
        )


def _reservation(order: object) -> Any:
    return Reservation.model_validate(order).model_dump(mode="json")


def _json(body: bytes) -> Any:
    return json.loads(body)


def _parts(request: Request) -> tuple[str, ...]:
    return (request.method, *re.findall(r"[^/]+", request.path))


def _no_route(request: Request) -> NotFound:
    return NotFound("no_route", f"the model has no {request.method} {request.path}")
