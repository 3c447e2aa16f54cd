"""The invariants I1 to I10 of a checkout, on committed state, Stripe's records and what shoppers
were told. Those of ``AtEveryMoment`` hold after each step, those of ``at_rest`` once faults have
ended and the background work has run."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any
from uuid import UUID

from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import RefundState
from deployments.products.domain.reservation import State
from deployments.products.domain.stock import Stock
from tests.model.memory_products import Movement, ReservationRow
from tests.model.scripted_stripe import Json
from tests.model.world import World

S = Status
# The ways between the states of an order, as the design has them.
LEGAL = {
    (S.CREATED, S.RESERVED),
    (S.CREATED, S.REJECTED),
    (S.CREATED, S.CANCELLING),
    (S.RESERVED, S.PAYMENT_PENDING),
    (S.RESERVED, S.CANCELLING),
    (S.PAYMENT_PENDING, S.PAID),
    (S.PAYMENT_PENDING, S.CANCELLING),
    (S.CANCELLING, S.CANCELLED),
    (S.CANCELLING, S.PAID),
    (S.PAID, S.STOCK_COMMITTED),
    (S.STOCK_COMMITTED, S.FULFILLED),
    (S.FULFILLED, S.COMPLETED),
    (S.STOCK_COMMITTED, S.REFUNDING),
    (S.FULFILLED, S.REFUNDING),
    (S.COMPLETED, S.REFUNDING),
    (S.REFUNDING, S.REFUNDED),
}
PAID = {
    S.PAID,
    S.STOCK_COMMITTED,
    S.FULFILLED,
    S.COMPLETED,
    S.REFUNDING,
    S.REFUNDED,
}
# Only when a refund of all that was left has failed.
BACK = {(S.REFUNDING, S.STOCK_COMMITTED), (S.REFUNDING, S.FULFILLED), (S.REFUNDING, S.COMPLETED)}
FINAL_PAYMENT = ("succeeded", "cancelled")


class Broken(AssertionError):
    """``rule`` is the invariant that does not hold."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(f"{rule}: {what}")
        self.rule = rule


def check(rule: str, holds: object, what: object = "") -> None:
    if not holds:
        raise Broken(rule, str(what))


class AtEveryMoment:
    """Looks again only where something was committed or happened at Stripe since."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: object = None
        self._timelines: dict[UUID, list[Status]] = {}
        self._payments: dict[UUID, str] = {}
        self._reservations: dict[UUID, State] = {}

    def __call__(self) -> None:
        world = self._world
        check("no surprise", not world.unexpected, repr(world.unexpected[:1]))
        for database in world.databases.values():
            check("I1", not database.problems, database.problems)
        now = (
            [database.commits for database in world.databases.values()],
            len(world.stripe.events),
            len(world.stripe.attempts),
            len(world.acknowledged),
            len(world.paid_for),
        )
        if now == self._seen:
            return
        self._seen = now
        check_stock(world)
        self._check_reservations()
        for order in world.orders.values():
            self._check_order(order)
        check_uniqueness(world)
        check_coupons(world)
        check_refunds(world)
        self._check_payments()
        check_acknowledged(world)

    def _check_reservations(self) -> None:
        for order_id, row in reservations(self._world).items():
            before = self._reservations.get(order_id, row.state)
            check("I8", before in (row.state, State.HELD), f"reservation {before} -> {row.state}")
            self._reservations[order_id] = row.state

    def _check_order(self, order: Order) -> None:
        self._check_timeline(order)
        reservation = reservations(self._world).get(order.id)
        state = reservation.state if reservation else None
        intents = self._world.stripe.of_order(order.id)
        check_totals(order, intents)
        check_intents(order, intents)
        paid = [intent for intent in intents if intent["status"] == "succeeded"]
        if order.status in PAID:
            check("I3", state in (State.HELD, State.COMMITTED), f"{facts(order)}: stock is {state}")
            check("I3", order.status is S.PAID or state is State.COMMITTED, facts(order))
            check("I5", paid or order.is_free, f"{facts(order)}: nothing was captured")
        if paid:
            check("I3", state is not State.RELEASED, f"{facts(order)}: captured, stock released")
            check("I4", order.status not in (S.CANCELLED, S.REJECTED), f"{facts(order)}: captured")
        if state is State.COMMITTED:
            check("I3", order.status in PAID, f"{facts(order)}: stock sold")
        if state is State.RELEASED and order.status not in (S.CREATED, S.RESERVED):
            live = [one for one in intents if one["status"] != "canceled"]
            check("I4", not live, f"{facts(order)}: stock released, intent {live}")
        if order.status in (S.RESERVED, S.PAYMENT_PENDING):
            check("I3", state is State.HELD, f"{facts(order)}: stock is {state}")
        if order.status is S.CANCELLED:
            check("I4", state is State.RELEASED, f"{facts(order)}: stock is {state}")

    def _check_timeline(self, order: Order) -> None:
        timeline = [entry.status for entry in order.timeline]
        before = self._timelines.get(order.id, timeline[:1])
        check("I8", timeline[: len(before)] == before, f"{facts(order)}: history changed")
        check("I8", timeline[0] is S.CREATED and timeline[-1] is order.status, facts(order))
        for step in pairwise(timeline):
            failed = any(refund.state is RefundState.FAILED for refund in order.refunds)
            check("I8", step in LEGAL or (failed and step in BACK), f"{facts(order)}: {step}")
        self._timelines[order.id] = timeline

    def _check_payments(self) -> None:
        executed = Counter(self._world.stripe.attempts)
        for order_id, payment in self._world.payments.items():
            before = self._payments.get(order_id, payment.status)
            check(
                "I8",
                before not in FINAL_PAYMENT or before == payment.status,
                f"payment {before} -> {payment.status}",
            )
            self._payments[order_id] = payment.status
            order = self._world.orders.get(order_id)
            check("I6", order is not None and order.totals.total == payment.amount, order_id)
            for attempt, times in executed.items():
                if attempt.intent_id == payment.stripe_intent_id:
                    check(
                        "I2",
                        times <= payment.attempt,
                        f"{attempt.method} was tried {times} times in {payment.attempt} attempts",
                    )


def facts(order: Order) -> str:
    return f"order {order.number} ({order.status})"


def reservations(world: World) -> dict[UUID, ReservationRow]:
    rows: Any = world.databases["products"].table("reservations")
    result: dict[UUID, ReservationRow] = rows
    return result


def check_stock(world: World) -> None:
    products = world.databases["products"]
    held: Counter[UUID] = Counter()
    sold: Counter[UUID] = Counter()
    for row in reservations(world).values():
        for line in row.lines:
            held[line.variant_id] += line.quantity if row.state is State.HELD else 0
            sold[line.variant_id] += line.quantity if row.state is State.COMMITTED else 0
    moved: Counter[UUID] = Counter()
    moved_as_sold: Counter[UUID] = Counter()
    movements: Any = products.table("movements")
    for movement in movements.values():
        assert isinstance(movement, Movement)
        moved[movement.variant_id] += movement.delta
        if movement.reason == "sold":
            moved_as_sold[movement.variant_id] -= movement.delta
    for variant_id, initial in world.initial_stock.items():
        stock: Stock = products.table("stock")[variant_id]
        check("I1", 0 <= stock.reserved <= stock.on_hand, stock)
        check("I1", stock.reserved == held[variant_id], f"{stock}, held {held[variant_id]}")
        check("I1", stock.on_hand == initial + moved[variant_id], f"{stock}, began with {initial}")
        check("I1", sold[variant_id] == moved_as_sold[variant_id], f"sold {sold[variant_id]}")


def check_totals(order: Order, intents: list[Json]) -> None:
    totals = order.totals
    lines = sum(line.unit_price.amount * line.quantity for line in order.lines)
    adds_up = lines + totals.shipping.amount + totals.tax.amount - totals.discount.amount
    check("I6", totals.total.amount == adds_up, f"{facts(order)}: {totals} of lines {lines}")
    for intent in intents:
        check("I6", intent["amount"] == totals.total.amount, f"{facts(order)}: {intent}")


def check_intents(order: Order, intents: list[Json]) -> None:
    live = [intent for intent in intents if intent["status"] != "canceled"]
    check("I2", len(live) <= 1, f"{facts(order)} has {len(live)} live intents")
    captured = sum(intent["amount_received"] for intent in intents)
    check("I2", captured in (0, order.totals.total.amount), f"{facts(order)}: {captured}")


def check_uniqueness(world: World) -> None:
    keys: Counter[object] = Counter()
    carts: Counter[object] = Counter()
    for order in world.orders.values():
        keys[order.placement.user_id, order.placement.idempotency_key] += 1
        if order.status not in (S.REJECTED, S.CANCELLED):
            carts[order.cart_id, order.cart_version] += 1
    check("I2", all(count == 1 for count in keys.values()), f"orders by key: {keys}")
    check("I2", all(count == 1 for count in carts.values()), f"orders by cart: {carts}")


def check_coupons(world: World) -> None:
    """A coupon is used as often as its terms allow, by orders that are not void."""
    cart = world.databases["cart"]
    redemptions: Any = cart.table("redemptions")
    for coupon in cart.table("coupons").values():
        code, limit = coupon.terms.code, coupon.terms.max_uses
        orders = [order for order in world.orders.values() if _uses(order, code)]
        live = [order for order in orders if order.status not in (S.REJECTED, S.CANCELLED)]
        check("coupons", limit is None or len(live) <= limit, f"{code} is used {len(live)} times")
        each = Counter(order.placement.user_id for order in live)
        most, allowed = max(each.values(), default=0), coupon.terms.max_uses_per_customer
        check("coupons", allowed is None or most <= allowed, f"{code} {most} times by one")
        counted = {order_id for order_id, one in redemptions.items() if one == coupon.id}
        check("coupons", counted == {order.id for order in live}, f"redemptions of {code}")


def _uses(order: Order, code: str) -> bool:
    return order.coupon is not None and order.coupon.code == code


def check_refunds(world: World) -> None:
    """No refund twice, never more back than was taken, and goods come back once."""
    for order in world.orders.values():
        check("refunds", order.refunded.amount <= order.captured.amount, facts(order))
        alarms = {alarm.code for alarm in order.alarms}
        # The clock jumps by more than the half hour after which an order counts as stuck.
        check("no alarm", alarms <= {"refund_failed", "stuck"}, f"{facts(order)}: {alarms}")
    for alarm in world.databases["payments"].table("alarms").values():
        check("no alarm", False, alarm)
    by_intent: Counter[str] = Counter()
    by_refund: Counter[str] = Counter()
    for refund in world.stripe.refunds.values():
        by_refund[refund["metadata"]["refund_id"]] += 1
        if refund["status"] != "failed":
            by_intent[refund["payment_intent"]] += refund["amount"]
    check("refunds", all(count == 1 for count in by_refund.values()), f"made: {by_refund}")
    for intent_id, amount in by_intent.items():
        captured = world.stripe.intents[intent_id]["amount_received"]
        check("refunds", amount <= captured, f"{amount} of {captured} given back")
    check_restocks(world)


def check_restocks(world: World) -> None:
    products = world.databases["products"]
    returned: Counter[tuple[UUID | None, UUID]] = Counter()
    movements: Any = products.table("movements")
    for movement in movements.values():
        if movement.reason == "returned":
            returned[movement.order_id, movement.variant_id] += movement.delta
    wanted: Counter[tuple[UUID | None, UUID]] = Counter()
    restocks: Any = products.table("restocks")
    for restock in restocks.values():
        for line in restock.lines:
            wanted[restock.order_id, line.variant_id] += line.quantity
    check("restock", returned == wanted, f"{returned} came back, for {wanted}")
    for (order_id, variant_id), units in returned.items():
        assert order_id is not None
        bought = world.orders[order_id].quantities.get(variant_id, 0)
        check("restock", units <= bought, f"{units} of {bought} came back")


def check_acknowledged(world: World) -> None:
    for told in world.acknowledged.values():
        order = world.orders.get(told.order_id)
        check("I10", order is not None, f"order {told.order_id} was acknowledged and is gone")
        assert order is not None
        check("I10", order.placement.idempotency_key == told.idempotency_key, facts(order))
        check("I10", order.totals.total.amount == told.total, facts(order))
        check("I10", order.status is not S.REJECTED, f"{facts(order)} was acknowledged")


def at_rest(world: World) -> None:
    """The faults have ended and the sweeps have run."""
    now = world.now()
    for order_id, order in world.orders.items():
        row = world.order_row(order_id)
        check("I9", row.leased_until is None or row.leased_until <= now, f"{facts(order)} leased")
        check("I9", order.due_at is None or order.due_at > now, f"{facts(order)} is overdue")
        check("I3", order.status is not S.PAID, f"{facts(order)}: stock not committed")
        state = reservations(world).get(order_id)
        if order.status in (S.REJECTED, S.CANCELLED):
            held = state is not None and state.state is not State.RELEASED
            check("I4", not held, f"{facts(order)} has stock: {state}")
            live = [
                intent["status"]
                for intent in world.stripe.of_order(order_id)
                if intent["status"] != "canceled"
            ]
            check("I4", not live, f"{facts(order)} has an intent: {live}")
    refunds_at_rest(world)
    check_events_of_orders(world)
    outboxes = [world.databases[name].table("outbox") for name in ("cart", "payments")]
    rows: Any = [row for outbox in outboxes for row in outbox.values()]
    check("I9", all(row.published_at is not None for row in rows), "outbox not drained")
    check("I9", not world.stripe.deliveries, "webhooks wait")
    inbox: Any = world.databases["payments"].table("stripe events")
    waiting = [row for row in inbox.values() if row.processed_at is None]
    check("I9", not waiting, f"Stripe events wait: {waiting[:1]}")


def refunds_at_rest(world: World) -> None:
    """Cart, payments and Stripe agree on every refund, and goods that come back are there."""
    at_stripe = {one["metadata"]["refund_id"]: one for one in world.stripe.refunds.values()}
    put_back: Counter[tuple[Any, Any]] = Counter()
    for restock in world.databases["products"].table("restocks").values():
        for line in restock.lines:
            put_back[restock.order_id, line.variant_id] += line.quantity
    for order in world.orders.values():
        owed: Counter[Any] = Counter()
        for refund in order.refunds:
            if refund.amount.amount:
                found = at_stripe.get(str(refund.id))
                state = found["status"] if found else "failed"
                # Money that a bank returned is told by a webhook alone, until the events are read.
                returned = refund.state is RefundState.SUCCEEDED and state == "failed"
                agree = refund.state == state or returned
                check("refunds", agree, f"{refund.state} here, {state} at Stripe")
            check("I9", not refund.needs_restock, f"{facts(order)}: goods are not back")
            if refund.state is RefundState.SUCCEEDED and refund.restock:
                owed.update(refund.quantities)
        for variant_id, units in owed.items():
            there = put_back[order.id, variant_id]
            check("restock", there >= units, f"{facts(order)}: {there} of {units} are back")


def returned_money_is_known(world: World) -> None:
    """Once Stripe's events were read."""
    at_stripe = {one["metadata"]["refund_id"]: one for one in world.stripe.refunds.values()}
    for order in world.orders.values():
        for refund in order.refunds:
            if refund.state is RefundState.SUCCEEDED and refund.amount.amount:
                state = at_stripe[str(refund.id)]["status"]
                check("refunds", state == "succeeded", f"succeeded here, {state} at Stripe")


def check_events_of_orders(world: World) -> None:
    """I7, and one purchase of each paid order."""
    written: Any = world.databases["cart"].table("outbox")
    kept: Any = world.databases["analytics"].table("events")
    check("I7", set(written) == set(kept), f"{len(written)} events written, {len(kept)} kept")
    purchases = Counter(
        row.event.payload["order_id"] for row in written.values() if row.event.type == "order.paid"
    )
    given_back = Counter(
        row.event.payload["refund_id"]
        for row in written.values()
        if row.event.type == "order.refunded"
    )
    for order in world.orders.values():
        for refund in order.refunds:
            told = given_back[str(refund.id)]
            enough = told == 1 or (told == 0 and refund.state is not RefundState.SUCCEEDED)
            check("I7", enough, f"{facts(order)}: refund told {told} times")
        wanted = 1 if order.status in PAID else 0
        check("I7", purchases[str(order.id)] == wanted, f"{facts(order)} purchases: {purchases}")


def captured_means_paid(world: World) -> None:
    """I5: five minutes after the faults, whatever became of the webhooks."""
    for order in world.orders.values():
        intents = world.stripe.of_order(order.id)
        succeeded = any(intent["status"] == "succeeded" for intent in intents)
        check(
            "I5",
            order.is_free or succeeded == (order.status in PAID),
            f"{facts(order)}: captured is {succeeded}",
        )
    for order_id in world.paid_for:
        check("I5", world.orders[order_id].status in PAID, "a shopper was told of a payment")


def all_over(world: World) -> None:
    """Past every expiry: no order waits for anything."""
    ends = {S.STOCK_COMMITTED, S.FULFILLED, S.COMPLETED, S.REFUNDED, S.REJECTED, S.CANCELLED}
    for order in world.orders.values():
        check("I9", order.status in ends, f"{facts(order)} after its expiry")
    for order in world.orders.values():
        pending = [refund.id for refund in order.refunds if refund.is_pending]
        check("I9", not pending, f"{facts(order)}: refunds pending after all ended")
    for order_id, row in reservations(world).items():
        check("I1", row.state is not State.HELD, f"stock held for {order_id} after all ended")
