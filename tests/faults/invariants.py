"""I1 to I10 of a store at rest, checked on its databases and on the sandbox's own records.

``queries`` are what one database can say about itself: every row is a violation. The rest compares
databases, which no query may do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from deployments.cart.domain.order_states import LEGAL, Status
from tests.faults.ledger import Ledger
from tests.faults.store import Row, Store

# Work that became due in the last five seconds is no backlog.
_UNPUBLISHED: Final = """
        SELECT event_id, type FROM outbox
        WHERE published_at IS NULL AND occurred_at < now() - interval '5 seconds'"""
_UNSENT: Final = """
        SELECT subject, attempts, due_at FROM mails
        WHERE sent_at IS NULL AND failed_at IS NULL AND due_at < now() - interval '5 seconds'
        OR failed_at IS NOT NULL"""

QUERIES: Final[Mapping[tuple[str, str], str]] = {
    ("I1 reserved is between 0 and what is on hand", "products"): """
        SELECT * FROM stock WHERE reserved < 0 OR reserved > on_hand""",
    ("I1 reserved is the sum of what is held", "products"): """
        SELECT s.*, h.held FROM stock s LEFT JOIN (
            SELECT variant_id, sum(quantity) AS held FROM reservations
            WHERE state = 'held' GROUP BY variant_id) h USING (variant_id)
        WHERE s.reserved <> coalesce(h.held, 0)""",
    ("I1 on hand is the sum of all movements", "products"): """
        SELECT s.*, m.moved FROM stock s LEFT JOIN (
            SELECT variant_id, sum(delta) AS moved FROM stock_movements
            GROUP BY variant_id) m USING (variant_id)
        WHERE s.on_hand <> coalesce(m.moved, 0)""",
    ("I1 what was committed left the stock once, nothing else did", "products"): """
        SELECT r.*, m.taken FROM reservations r LEFT JOIN (
            SELECT order_id, variant_id, -sum(delta) AS taken FROM stock_movements
            WHERE delta < 0 GROUP BY order_id, variant_id) m USING (order_id, variant_id)
        WHERE coalesce(m.taken, 0)
            <> CASE WHEN r.state = 'committed' THEN r.quantity ELSE 0 END""",
    ("I1 lines are in the state of their reservation", "products"): """
        SELECT r.* FROM reservations r JOIN reservation_orders o USING (order_id)
        WHERE r.state <> o.state""",
    ("I2 one order per key", "cart"): """
        SELECT user_id, idempotency_key FROM orders GROUP BY 1, 2 HAVING count(*) > 1""",
    ("I6 total is lines, shipping and tax less discount", "cart"): """
        SELECT o.id, o.total, l.sum FROM orders o JOIN (
            SELECT order_id, sum(quantity * unit_price) AS sum FROM order_lines
            GROUP BY order_id) l ON l.order_id = o.id
        WHERE o.total <> l.sum + o.shipping + o.tax - o.discount OR o.subtotal <> l.sum""",
    ("I7 analytics has each event once", "analytics"): """
        SELECT event_id, count(*) FROM events GROUP BY event_id HAVING count(*) > 1""",
    ("I8 the timeline ends in the order's state", "cart"): """
        SELECT o.id, o.status, e.status AS last FROM orders o JOIN LATERAL (
            SELECT status FROM order_events WHERE order_id = o.id
            ORDER BY position DESC LIMIT 1) e ON true
        WHERE e.status <> o.status""",
    ("I9 no order is overdue or being worked on", "cart"): """
        SELECT id, status, due_at, leased_until FROM orders
        WHERE due_at < now() - interval '5 seconds'
            OR due_at IS NOT NULL AND leased_until > now()""",
    ("I9 no event of Stripe waits", "payments"): """
        SELECT id, type, attempts, error FROM stripe_events WHERE processed_at IS NULL""",
    ("I9 no refund waits", "cart"): """
        SELECT id, state, due_at FROM order_refunds
        WHERE state = 'pending' OR restock AND state = 'succeeded' AND restocked_at IS NULL""",
    ("I9 no refund waits", "payments"): """
        SELECT id, status, attempts FROM refunds WHERE status = 'pending'""",
    ("I9 no mail is overdue", "auth"): _UNSENT,
    ("I9 no mail is overdue", "cart"): _UNSENT,
    ("nothing was alarmed", "cart"): """
        SELECT id, alarms FROM orders WHERE alarms <> '[]'""",
    ("nothing was alarmed", "payments"): """
        SELECT kind, message FROM alarms WHERE resolved_at IS NULL""",
    ("I9 the outbox is drained", "products"): _UNPUBLISHED,
    ("I9 the outbox is drained", "cart"): _UNPUBLISHED,
    ("I9 the outbox is drained", "payments"): _UNPUBLISHED,
}
# What a service reads of which other is in its own cursors.
_READERS: Final = ("products", "cart", "analytics", "search")
_PAID: Final = frozenset(
    {
        Status.PAID,
        Status.STOCK_COMMITTED,
        Status.FULFILLED,
        Status.COMPLETED,
        Status.REFUNDING,
        Status.REFUNDED,
    }
)
_VOID: Final = frozenset({Status.REJECTED, Status.CANCELLED})


@dataclass(frozen=True)
class Violation:
    invariant: str
    detail: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.detail}"


@dataclass(frozen=True)
class Facts:
    """What several databases say, by order."""

    orders: Mapping[UUID, Row]
    payments: Mapping[UUID, Row]
    reservations: Mapping[UUID, str]
    intents: Mapping[UUID, list[Row]]
    refunds: Mapping[str, list[Row]]


def violations(store: Store, ledger: Ledger) -> list[Violation]:
    """All of them; none in a store that is well and at rest."""
    found = [
        Violation(f"{invariant} ({service})", str(row))
        for (invariant, service), query in QUERIES.items()
        for row in store.rows(service, query)
    ]
    facts = _facts(store)
    for check in (_money, _stock, _known):
        found += [Violation(*violation) for violation in check(facts)]
    for look in (_transitions, _events, _streams, _cursors):
        found += [Violation(*violation) for violation in look(store)]
    found += [Violation(*violation) for violation in _promises(facts, ledger)]
    return found


def _facts(store: Store) -> Facts:
    intents: dict[UUID, list[Row]] = defaultdict(list)
    for intent in store.sandbox_objects("payment_intent"):
        if order_id := intent["metadata"].get("order_id"):
            intents[UUID(order_id)].append(intent)
    refunds: dict[str, list[Row]] = defaultdict(list)
    for refund in store.sandbox_objects("refund"):
        if refund["status"] == "succeeded":
            refunds[refund["payment_intent"]].append(refund)
    return Facts(
        {row["id"]: row for row in store.rows("cart", "SELECT * FROM orders")},
        {row["order_id"]: row for row in store.rows("payments", "SELECT * FROM payments")},
        {
            row["order_id"]: row["state"]
            for row in store.rows("products", "SELECT order_id, state FROM reservation_orders")
        },
        intents,
        refunds,
    )


_Found = Iterator[tuple[str, str]]


def _money(facts: Facts) -> _Found:
    for order_id, order in facts.orders.items():
        status, total = order["status"], order["total"]
        intents = facts.intents.get(order_id, [])
        live = [intent for intent in intents if intent["status"] != "canceled"]
        captured = sum(intent["amount_received"] for intent in intents)
        what = f"order {order_id} is {status}, total {total}, intents {_brief(intents)}"
        if len(live) > 1:
            yield "I2 at most one live intent per order", what
        if captured not in (0, total):
            yield "I2 captured is 0 or the exact total", what
        if any(intent["amount"] != total for intent in intents):
            yield "I6 the intent's amount is the order's total", what
        if status in _VOID and live:
            yield "I4 a cancelled order has no live intent", what
        # An order that costs nothing has no intent.
        if total > 0 and (captured > 0) != (status in _PAID):
            yield "I5 an intent that succeeded means a paid order, and only that", what
        payment = facts.payments.get(order_id)
        if payment is not None and payment["amount"] != total:
            yield "I6 the payment's amount is the order's total", what
        given_back = sum(
            refund["amount"] for i in intents for refund in facts.refunds.get(i["id"], [])
        )
        if given_back > captured:
            yield "I2 no more is given back than was captured", f"{what}: {given_back}"
        if given_back != order.get("refund_total", given_back):
            yield "I2 what was given back is what the order says", f"{what}: {given_back}"


def _stock(facts: Facts) -> _Found:
    for order_id, order in facts.orders.items():
        status, state = order["status"], facts.reservations.get(order_id)
        what = f"order {order_id} is {status}, its stock {state}"
        if status in _PAID and state != "committed":
            yield "I3 a paid order's stock is committed", what
        if status in _VOID and state not in (None, "released"):
            yield "I4 a cancelled order holds no stock", what
        if status in (Status.RESERVED, Status.PAYMENT_PENDING) and state != "held":
            yield "I3 an order that may be paid holds its stock", what


def _known(facts: Facts) -> _Found:
    for name, orders in (("payment", facts.payments), ("intent", facts.intents)):
        for order_id in set(orders) - set(facts.orders):
            yield f"I10 a {name} belongs to an order that exists", str(order_id)
    for order_id in set(facts.reservations) - set(facts.orders):
        if facts.reservations[order_id] != "released":
            yield "I10 stock is held for an order that exists", str(order_id)


def _transitions(store: Store) -> _Found:
    ways: dict[UUID, list[Status]] = defaultdict(list)
    query = "SELECT order_id, status FROM order_events ORDER BY order_id, position"
    for row in store.rows("cart", query):
        ways[row["order_id"]].append(Status(row["status"]))
    for order_id, way in ways.items():
        legal = all(after in LEGAL[before] for before, after in pairwise(way))
        if way[0] is not Status.CREATED or not legal:
            yield "I8 only legal transitions", f"order {order_id}: {' → '.join(way)}"


def _events(store: Store) -> _Found:
    """What the outbox committed about sales is in analytics, and nothing else is."""
    outbox = {
        row["event_id"]: row["payload"]
        for row in store.rows(
            "cart", "SELECT event_id, payload FROM outbox WHERE type = 'order.paid'"
        )
    }
    query = "SELECT event_id FROM events WHERE type = 'purchase' AND source = 'store'"
    recorded = {row["event_id"] for row in store.rows("analytics", query)}
    for event_id in set(outbox) - recorded:
        yield "I7 every committed event is in analytics", f"{event_id} {outbox[event_id]}"
    for event_id in recorded - set(outbox):
        yield "I7 analytics has no event that was not committed", str(event_id)
    sold = {UUID(payload["order_id"]): payload["total"] for payload in outbox.values()}
    query = "SELECT order_id, total FROM purchases WHERE source = 'store' AND kind = 'purchase'"
    figures = {row["order_id"]: row["total"] for row in store.rows("analytics", query)}
    if sold != figures:
        difference = set(sold.items()) ^ set(figures.items())
        yield "I7 the figures hold each sale once", str(sorted(map(str, difference))[:10])


def _streams(store: Store) -> _Found:
    if waiting := store.sandbox_waiting():
        yield "I9 no webhook waits", f"{waiting} to be delivered"
    with store.redis() as redis:
        for stream in redis.scan_iter("mercato:*", _type="stream"):
            if stream.endswith(":dead"):
                yield "I9 no event is a dead letter", f"{stream}: {redis.xlen(stream)}"
                continue
            last: Any = redis.xinfo_stream(stream)
            for group in redis.xinfo_groups(stream):
                unread = group["last-delivered-id"] != last["last-generated-id"]
                if group["pending"] or unread:
                    yield "I9 no delivery is pending", f"{stream}, {group}"


def _cursors(store: Store) -> _Found:
    for reader in _READERS:
        for row in store.rows(reader, "SELECT source, topic, sequence FROM outbox_cursors"):
            query = "SELECT max(sequence) AS last FROM outbox WHERE topic = %s"
            last = store.rows(row["source"], query, (row["topic"],))[0]["last"] or 0
            if row["sequence"] < last:
                yield "I9 every published event was read", f"{reader}: {row}, published {last}"


def _promises(facts: Facts, ledger: Ledger) -> _Found:
    for order_id, told in ledger.checkouts.items():
        order = facts.orders.get(order_id)
        if order is None:
            yield "I10 an acknowledged checkout exists", f"{order_id}: {told}"
        elif (order["user_id"], order["idempotency_key"], order["total"]) != (
            told.user_id,
            told.key,
            told.total,
        ):
            yield "I10 an acknowledged checkout is as it was told", f"{order} but {told}"
    for order_id in ledger.paid:
        if (status := facts.orders[order_id]["status"]) not in _PAID:
            yield "I10 an order the shopper was told is paid is paid", f"{order_id}: {status}"
    for order_id in ledger.cancelled:
        if (status := facts.orders[order_id]["status"]) != Status.CANCELLED:
            yield "I10 an order the shopper was told is cancelled is", f"{order_id}: {status}"
    for contradiction in ledger.contradictions:
        yield "I10 answers do not contradict each other", contradiction


def _brief(intents: list[Row]) -> str:
    return str([(i["id"], i["status"], i["amount"], i["amount_received"]) for i in intents])
