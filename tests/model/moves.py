"""Everything that can happen next in a world, each named so that a run can report what it did.

A move takes ``choose``: ``choose(n)`` is a number below n, from Hypothesis or a seeded generator.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from deployments.cart.application.check_out import request_hash
from deployments.cart.domain.cart import Cart
from deployments.cart.domain.cart import Shopper as CartShopper
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Parcel, Placement
from deployments.cart.domain.refund import RefundWish
from deployments.payments.domain.payment import Payment
from tests.model.memory_products import VariantRow
from tests.model.scheduler import Process, Run, is_expected
from tests.model.scripted_stripe import (
    AUTHENTICATE,
    DECLINED,
    NO_FUNDS,
    SLOW,
    UNKNOWN,
    VISA,
)
from tests.model.work import has_work
from tests.model.world import ADDRESS, LINES, Acknowledged, Shopper, World

Choose = Callable[[int], int]

_SHORT_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# Long ones are rare: an order expires within them.
_PAUSES = (0.2, 0.2, 1.0, 1.0, 3.5, 3.5, 6.0, 6.0, 21.0, 31.0, 45.0, 65.0, 250.0, 905.0)
_CARDS = (VISA, VISA, VISA, DECLINED, NO_FUNDS, AUTHENTICATE, AUTHENTICATE, SLOW, UNKNOWN)
_WORK_WEIGHTS = {"reconcile": 1, "follow outbox": 1}
_COUNTRIES = ("DE", "US", "GB")


@dataclass(frozen=True)
class Move:
    name: str
    weight: float
    possible: Callable[[], object]
    make: Callable[[Choose], None]


class Moves:
    def __init__(self, world: World) -> None:
        self.world = world
        self._busy: set[tuple[Process, str]] = set()
        self.shoppers = self._shopper_moves()
        self.workers = self._worker_moves()
        self.merchant = self._merchant_moves()
        self.surroundings = self._surrounding_moves()
        self.faults = self._fault_moves()

    @property
    def all(self) -> list[Move]:
        return [
            *self.shoppers,
            *self.merchant,
            *self.workers,
            *self.surroundings,
            *self.faults,
        ]

    def make(self, move: Move, choose: Choose) -> None:
        self.world.hits[f"move: {move.name}"] += 1
        move.make(choose)

    # Going on with what waits.

    def go_on(self, choose: Choose) -> None:
        points = self.world.scheduler.points
        self.world.go_on(points[choose(len(points))])

    def fail(self, choose: Choose) -> None:
        """Something goes wrong at a point, the task there is cancelled or its process dies."""
        points = self.world.scheduler.points
        point = points[choose(len(points))]
        ways = [name for name in point.outcomes if name != "done"]
        way, after = choose(len(ways) + 2), choose(2) == 0
        if way < len(ways):
            self.world.resolve(point, ways[way])
        elif way == len(ways):
            self.world.crash(point.process, point, after=after)
        else:
            self.world.cancel(point, after=after)

    # Shoppers.

    def _shopper_moves(self) -> list[Move]:
        return [
            Move("fill cart", 6, self._small_carts, self._fill_cart),
            Move("remove item", 1, self._full_carts, self._remove_item),
            Move("enter coupon", 4, self._full_carts, self._enter_coupon),
            Move("remove coupon", 1, self._full_carts, self._remove_coupon),
            Move("accept prices", 2, self._full_carts, self._accept_prices),
            Move("check out", 12, self._sound_carts, self._check_out),
            Move("check out any cart", 1.5, self._full_carts, self._check_out_any),
            Move("repeat checkout", 4, self._senders, self._repeat_checkout),
            Move("other checkout, same key", 1, self._senders, self._reuse_key),
            Move("pay", 40, self._payable, self._pay),
            Move("authenticate", 10, self._waiting("requires_action"), self._authenticate),
            Move("cancel order", 1, self._cancellable, self._cancel),
            Move("hang up", 1, self._requests, self._hang_up),
        ]

    def _fill_cart(self, choose: Choose) -> None:
        shopper, variant = self._any(self._small_carts(), choose), choose(self._variant_count)
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.add_item(
            CartShopper(shopper.user_id), self.world.variants[variant], 1 + choose(2)
        )
        self._request("add to cart", replica.process, work)

    def _small_carts(self) -> list[Shopper]:
        carts = [(one, self.world.cart_of(one)) for one in self.world.shoppers]
        return [one for one, cart in carts if cart is None or len(cart.items) < 2]

    def _sound_carts(self) -> list[Shopper]:
        """Those that seem to be for sale as they are and were not ordered yet."""
        products = self.world.databases["products"]
        stock, variants = products.table("stock"), products.table("variants")
        return [
            shopper
            for shopper in self._full_carts()
            if not any(version == self._cart(shopper).version for _, version in shopper.sent)
            and all(
                item.quantity <= stock[item.variant_id].available
                and item.unit_price.amount == variants[item.variant_id].price
                for item in self._cart(shopper).items
            )
        ]

    def _cart(self, shopper: Shopper) -> Cart:
        cart = self.world.cart_of(shopper)
        assert cart is not None
        return cart

    def _remove_item(self, choose: Choose) -> None:
        shopper = self._any(self._full_carts(), choose)
        item = self._any(self._cart(shopper).items, choose)
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.remove_item(CartShopper(shopper.user_id), item.id)
        self._request("remove item", replica.process, work)

    def _full_carts(self) -> list[Shopper]:
        carts = [(one, self.world.cart_of(one)) for one in self.world.shoppers]
        return [one for one, cart in carts if cart is not None and cart.items]

    def _enter_coupon(self, choose: Choose) -> None:
        shopper = self._any(self._full_carts(), choose)
        code = self._any(self.world.coupons, choose).code
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.enter_coupon(CartShopper(shopper.user_id), code)
        self._request(f"enter coupon {code}", replica.process, work)

    def _remove_coupon(self, choose: Choose) -> None:
        shopper = self._any(self._full_carts(), choose)
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.remove_coupon(CartShopper(shopper.user_id))
        self._request("remove coupon", replica.process, work)

    def _accept_prices(self, choose: Choose) -> None:
        shopper = self._any(self._full_carts(), choose)
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.accept_prices(CartShopper(shopper.user_id))
        self._request("accept prices", replica.process, work)

    def _check_out(self, choose: Choose) -> None:
        self._check_out_of(self._any(self._sound_carts(), choose), choose)

    def _check_out_any(self, choose: Choose) -> None:
        self._check_out_of(self._any(self._full_carts(), choose), choose)

    def _check_out_of(self, shopper: Shopper, choose: Choose) -> None:
        cart = self._cart(shopper)
        key = f"key-{len(shopper.sent)}-of-{shopper.name}"
        placement = self._placement(shopper, key, _COUNTRIES[choose(len(_COUNTRIES))])
        shopper.sent.append((placement, cart.version))
        self._send_checkout(placement, cart.version, choose)

    def _senders(self) -> list[Shopper]:
        return [shopper for shopper in self.world.shoppers if shopper.sent]

    def _repeat_checkout(self, choose: Choose) -> None:
        sent = self._any(self._senders(), choose).sent
        placement, version = sent[-1 - choose(min(2, len(sent)))]
        self._send_checkout(placement, version, choose)

    def _reuse_key(self, choose: Choose) -> None:
        shopper = self._any(self._senders(), choose)
        placement, version = shopper.sent[-1]
        other = replace(placement, email="other@example.com", request_hash="another")
        replica = self.world.replica("cart", choose(2))
        self._request(
            "checkout with a used key",
            replica.process,
            replica.use_cases.check_out(other, version),
        )

    def _send_checkout(self, placement: Placement, version: int, choose: Choose) -> None:
        replica = self.world.replica("cart", choose(2))
        self._request(
            "checkout",
            replica.process,
            replica.use_cases.check_out(placement, version),
            self._acknowledge,
        )

    def _acknowledge(self, run: Run) -> None:
        if run.error is None:
            order: Order = run.task.result()
            self.world.acknowledged[order.id] = Acknowledged(
                order.id, order.placement.idempotency_key, order.totals.total.amount
            )

    def _payable(self) -> list[Payment]:
        """Those still to be paid, and the last, whatever became of it."""
        payments = list(self.world.payments.values())
        return [one for one in payments[:-1] if not one.is_final] + payments[-1:]

    def _pay(self, choose: Choose) -> None:
        payment = self._any(self._payable(), choose)
        method = _CARDS[choose(len(_CARDS))]
        replica = self.world.replica("payments", choose(2))
        work = replica.use_cases.confirm(payment.id, payment.user_id, method, "http://store/return")
        self._request(f"pay with {method}", replica.process, work, self._note_paid)

    def _note_paid(self, run: Run) -> None:
        if run.error is None:
            payment: Payment = run.task.result()
            if payment.status == "succeeded":
                self.world.paid_for.add(payment.order_id)

    def _authenticate(self, choose: Choose) -> None:
        intent = self._any(self._intents("requires_action"), choose)
        approved = choose(3) > 0
        self._did("authentication passed" if approved else "authentication failed", intent["id"])
        self.world.stripe.authenticate(intent, approved=approved)

    def _cancellable(self) -> list[Order]:
        return list(self.world.orders.values())

    def _cancel(self, choose: Choose) -> None:
        order = self._any(self._cancellable(), choose)
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.cancel_order(order.placement.user_id, order.id)
        self._request("cancel order", replica.process, work)

    def _requests(self) -> list[Run]:
        return [run for run in self.world.scheduler.runs if run.about == "request"]

    def _hang_up(self, choose: Choose) -> None:
        run = self._any(self._requests(), choose)
        self._did("shopper hangs up", run.kind)
        run.task.cancel()
        self.world.scheduler.loop.run_ready()
        self.world.scheduler.collect()

    # The merchant.

    def _merchant_moves(self) -> list[Move]:
        return [
            Move("refund", 10, self._sold, self._refund),
            Move("repeat refund", 3, self._refunds_asked, self._repeat_refund),
            Move("send parcel", 2, self._sold, self._fulfil),
            Move("parcel arrived", 1, self._sold, self._complete),
            Move("stock adjusted", 2, _always, self._adjust_stock),
            Move("price changed", 1, _always, self._change_price),
        ]

    def _sold(self) -> list[Order]:
        return [order for order in self.world.orders.values() if order.has_captured]

    def _refund(self, choose: Choose) -> None:
        order = self._any(self._sold(), choose)
        key = f"refund-{len(self.world.refunds_asked)}"
        ask = (order.id, self._wish(order, choose), key)
        self.world.refunds_asked.append(ask)
        self._ask_for_refund(*ask, choose)

    def _wish(self, order: Order, choose: Choose) -> RefundWish:
        restock = choose(2) == 0
        match choose(3):
            case 0:
                return RefundWish("why not", "merchant", full=True, restock=restock)
            case 1:
                lines = {order.lines[0].variant_id: 1}
                return RefundWish("broken", "merchant", lines=lines, restock=restock)
            case _:
                return RefundWish("late", "merchant", amount=100 + choose(900))

    def _refunds_asked(self) -> object:
        return self.world.refunds_asked

    def _repeat_refund(self, choose: Choose) -> None:
        self._ask_for_refund(*self._any(self.world.refunds_asked, choose), choose)

    def _ask_for_refund(self, order_id: UUID, wish: RefundWish, key: str, choose: Choose) -> None:
        replica = self.world.replica("cart", choose(2))
        work = replica.use_cases.refund(order_id, wish, key, f"hash of {key}")
        self._request("refund", replica.process, work)

    def _fulfil(self, choose: Choose) -> None:
        order = self._any(self._sold(), choose)
        replica = self.world.replica("cart", choose(2))
        parcel = Parcel("Post", "00340", None)
        self._request("send parcel", replica.process, replica.use_cases.fulfil(order.id, parcel))

    def _complete(self, choose: Choose) -> None:
        order = self._any(self._sold(), choose)
        replica = self.world.replica("cart", choose(2))
        self._request("parcel arrived", replica.process, replica.use_cases.complete(order.id))

    # Background work.

    def _worker_moves(self) -> list[Move]:
        return [
            Move(
                f"{service} {name}",
                _WORK_WEIGHTS.get(name, 4),
                partial(has_work, self.world, service, name),
                self._working(service, name),
            )
            for service, replicas in self.world.replicas.items()
            for name in replicas[0].workers
        ]

    def _working(self, service: str, name: str) -> Callable[[Choose], None]:
        return lambda choose: self.work(service, name, choose(2))

    def work(self, service: str, name: str, number: int) -> None:
        replica = self.world.replica(service, number)
        if (replica.process, name) in self._busy:
            return
        self._busy.add((replica.process, name))
        self.world.hits[f"{service} {name}"] += 1
        self.world.start(
            name,
            replica.process,
            replica.workers[name](),
            on_end=lambda run: self._rest(run, (replica.process, name)),
        )

    def _rest(self, run: Run, job: tuple[Process, str]) -> None:
        self._busy.discard(job)
        self._check(run)

    # Stripe, the merchant, time.

    def _surrounding_moves(self) -> list[Move]:
        return [
            Move("webhook arrives", 8, self._deliveries, self.deliver),
            Move("webhook comes again", 2, self._events, self._deliver_again),
            Move("slow card ends", 8, self._waiting("processing"), self._finish_processing),
            Move("cancelled at Stripe", 0.4, self._cancellable_intents, self._cancel_at_stripe),
            Move("bank answers refund", 4, self._open_refunds, self._end_refund),
            Move("bank returns refund", 1, self._paid_refunds, self._return_refund),
            Move("time passes", 4, _always, self._pass_time),
        ]

    def _deliveries(self) -> list[Any]:
        return self.world.stripe.deliveries

    def _events(self) -> list[Any]:
        return self.world.stripe.events

    def deliver(self, choose: Choose) -> None:
        delivery = self._any(self._deliveries(), choose)
        self._webhook(delivery.event, choose, lambda: self._delivered(delivery))

    def _delivered(self, delivery: Any) -> None:
        if delivery in self.world.stripe.deliveries:
            self.world.stripe.deliveries.remove(delivery)

    def _deliver_again(self, choose: Choose) -> None:
        self._webhook(self._any(self._events(), choose), choose, lambda: None)

    def _webhook(self, event: Any, choose: Choose, on_success: Callable[[], None]) -> None:
        replica = self.world.replica("payments", choose(2))

        def end(run: Run) -> None:
            if run.error is None:
                on_success()

        work = replica.use_cases.receive(json.dumps(event).encode(), None)
        self._request(f"webhook {event['type']}", replica.process, work, end)

    def _intents(self, status: str) -> list[Any]:
        return [one for one in self.world.stripe.intents.values() if one["status"] == status]

    def _waiting(self, status: str) -> Callable[[], object]:
        return lambda: self._intents(status)

    def _finish_processing(self, choose: Choose) -> None:
        intent = self._any(self._intents("processing"), choose)
        paid = choose(2) == 0
        self._did("slow card succeeds" if paid else "slow card fails", intent["id"])
        self.world.stripe.finish_processing(intent, paid=paid)

    def _refunds(self, status: str) -> list[Any]:
        return [one for one in self.world.stripe.refunds.values() if one["status"] == status]

    def _open_refunds(self) -> list[Any]:
        return self._refunds("pending")

    def _paid_refunds(self) -> list[Any]:
        return self._refunds("succeeded")

    def _end_refund(self, choose: Choose) -> None:
        refund = self._any(self._open_refunds(), choose)
        paid = choose(3) > 0
        self._did("bank pays refund" if paid else "bank refuses refund", refund["id"])
        self.world.stripe.end_refund(refund, paid=paid)

    def _return_refund(self, choose: Choose) -> None:
        refund = self._any(self._paid_refunds(), choose)
        self._did("bank returns refund", refund["id"])
        self.world.stripe.end_refund(refund, paid=False)

    def _cancellable_intents(self) -> list[Any]:
        return self._intents("requires_payment_method") + self._intents("requires_action")

    def _cancel_at_stripe(self, choose: Choose) -> None:
        intent = self._any(self._cancellable_intents(), choose)
        self._did("intent cancelled at Stripe", intent["id"])
        self.world.stripe.cancel(intent)

    def _adjust_stock(self, choose: Choose) -> None:
        variant_id = self.world.variants[choose(self._variant_count)]
        replica = self.world.replica("products", choose(2))
        delta = (-1, 1, 2)[choose(3)]
        work = replica.use_cases(
            self._variant(variant_id).product_id,
            variant_id,
            delta,
            reason="counted",
            actor="merchant",
        )
        self._request("adjust stock", replica.process, work)

    def _change_price(self, choose: Choose) -> None:
        variant_id = self.world.variants[choose(self._variant_count)]
        variants = self.world.databases["products"].table("variants")
        self._did("price changed", variant_id)
        variants[variant_id] = replace(self._variant(variant_id), price=900 + choose(200))

    def _pass_time(self, choose: Choose) -> None:
        # Calls that are on their way time out within seconds.
        busy = bool(self.world.scheduler.points) and choose(5) > 0
        pauses = _SHORT_PAUSES if busy else _PAUSES
        seconds = pauses[choose(len(pauses))]
        self._did("time passes", seconds)
        self.world.scheduler.pass_time(seconds)

    # Faults that are not at a point.

    def _fault_moves(self) -> list[Move]:
        return [
            Move("process killed at rest", 0.4, _always, self._kill),
            Move("webhook dropped", 2, self._deliveries, self._drop),
            Move("line breaks", 1, self._whole_lines, self._break_line),
            Move("line works again", 3, self._broken_lines, self._mend_line),
            Move("caller gives up", 2, self._executing, self._give_up),
            Move("late request arrives", 6, self.late_requests, self._arrive_late),
            Move("Redis flushed", 1, self.world.streams.names, self._flush),
            Move("stream entry repeated", 1, self.world.streams.names, self._repeat_entry),
        ]

    def _kill(self, choose: Choose) -> None:
        self.world.crash(self._any(self.world.processes(), choose))

    def _drop(self, choose: Choose) -> None:
        delivery = self._any(self._deliveries(), choose)
        self._did("webhook dropped", delivery.event["type"])
        self.world.stripe.deliveries.remove(delivery)

    def _whole_lines(self) -> list[str]:
        return [line for line in LINES if line not in self.world.broken_lines]

    def _broken_lines(self) -> list[str]:
        return [line for line in LINES if line in self.world.broken_lines]

    def _break_line(self, choose: Choose) -> None:
        line = self._any(self._whole_lines(), choose)
        self._did("line breaks", line)
        self.world.broken_lines.add(line)

    def _mend_line(self, choose: Choose) -> None:
        line = self._any(self._broken_lines(), choose)
        self._did("line works again", line)
        self.world.broken_lines.remove(line)

    def _executing(self) -> list[Any]:
        return [one for one in self.world.network.executing if not one.reply.done()]

    def _give_up(self, choose: Choose) -> None:
        exchange = self._any(self._executing(), choose)
        cancel = choose(2) == 0
        self._did("caller gives up, handler " + ("ends" if cancel else "goes on"), exchange.label)
        self.world.network.time_out(exchange, cancel=cancel)
        self.world.scheduler.loop.run_ready()
        self.world.scheduler.collect()

    def late_requests(self) -> list[Any]:
        return [*self.world.network.wandering, *self.world.line.wandering]

    def _arrive_late(self, choose: Choose) -> None:
        self.arrive_late(choose(len(self.late_requests())))

    def arrive_late(self, number: int) -> None:
        request = self.late_requests()[number]
        self._did("late request arrives", request.label)
        if request in self.world.network.wandering:
            self.world.network.arrive_late(request)
        else:
            self.world.line.arrive_late(request)

    def _flush(self, choose: Choose) -> None:
        self._did("Redis flushed")
        self.world.streams.flush()

    def _repeat_entry(self, choose: Choose) -> None:
        name = self._any(self.world.streams.names(), choose)
        self._did("stream entry repeated", name)
        entries = self.world.streams.stream(name).entries
        self.world.streams.repeat(name, choose(len(entries)))

    # Helpers.

    @property
    def _variant_count(self) -> int:
        return len(self.world.variants)

    def _variant(self, variant_id: UUID) -> VariantRow:
        variant: VariantRow = self.world.databases["products"].table("variants")[variant_id]
        return variant

    def _any(self, things: Any, choose: Choose) -> Any:
        return things[choose(len(things))]

    def _did(self, what: str, about: object = "") -> None:
        self.world.hits[what] += 1
        self.world.note(f"{what} {about}")

    def _request(
        self,
        kind: str,
        process: Process,
        work: Any,
        on_end: Callable[[Run], None] | None = None,
    ) -> None:
        self.world.hits[kind] += 1

        def end(run: Run) -> None:
            self._check(run)
            if on_end is not None:
                on_end(run)

        self.world.start(kind, process, work, on_end=end, about="request")

    def _check(self, run: Run) -> None:
        error = run.error
        name = type(error).__name__ if error else "fine"
        code = getattr(error, "code", "")
        self.world.note(f"{run.process.name}: {run.kind} ends: {name} {code}")
        self.world.hits[f"{run.kind} ends: {name} {code}".strip()] += 1
        if error is not None and not is_expected(error):
            self.world.unexpected.append(error)

    def _placement(self, shopper: Shopper, key: str, country: str) -> Placement:
        body = {"country": country, "email": "ada@example.com"}
        return Placement(
            user_id=shopper.user_id,
            email="ada@example.com",
            shipping_method="standard",
            shipping_address={**ADDRESS, "country": country},
            idempotency_key=key,
            request_hash=request_hash(body),
        )


def _always() -> bool:
    return True
