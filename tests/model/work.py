"""Which background work has something to do: the model lets the idle rest, and the time after the
faults passes quickly. Work that is missed here shows as work that is never done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployments.shared.events import ORDERS, PAYMENTS, stream_name
from tests.model.world import World

_STREAM = {"cart": stream_name(PAYMENTS), "analytics": stream_name(ORDERS)}
_SOURCE = {"cart": "payments", "analytics": "cart"}
_GROUP = {"cart": "cart", "analytics": "analytics"}


def has_work(world: World, service: str, name: str) -> bool:
    return _CHECKS[name](world, service)


def _relay(world: World, service: str) -> bool:
    outbox: Any = world.databases[service].table("outbox")
    return any(row.published_at is None for row in outbox.values())


def _read_stream(world: World, service: str) -> bool:
    stream = world.streams.stream(_STREAM[service])
    group = stream.groups.get(_GROUP[service])
    return group is None or bool(group.pending) or group.next_index < len(stream.entries)


def _follow_outbox(world: World, service: str) -> bool:
    cursors: Any = world.databases[service].table("outbox cursors")
    read = max((sequence for sequence, _ in cursors.values()), default=0)
    outbox: Any = world.databases[_SOURCE[service]].table("outbox")
    return any((row.event.sequence or 0) > read for row in outbox.values())


def _sweep(world: World, service: str) -> bool:
    now = world.now()
    return any(order.due_at is not None and order.due_at <= now for order in world.orders.values())


def _process_events(world: World, service: str) -> bool:
    now = world.now()
    events: Any = world.databases["payments"].table("stripe events")
    return any(row.processed_at is None and row.next_attempt_at <= now for row in events.values())


def _reconcile(world: World, service: str) -> bool:
    cursors: Any = world.databases["payments"].table("cursors")
    return all(row.leased_until <= world.now() for row in cursors.values())


def _refresh(world: World, service: str) -> bool:
    return any(
        payment.status in ("requires_action", "processing") for payment in world.payments.values()
    )


def _sweep_refunds(world: World, service: str) -> bool:
    now = world.now()
    refunds: Any = world.databases["payments"].table("refunds")
    return any(
        row.refund.status == "pending" and row.next_attempt_at <= now for row in refunds.values()
    )


_CHECKS: dict[str, Callable[[World, str], bool]] = {
    "relay": _relay,
    "read stream": _read_stream,
    "follow outbox": _follow_outbox,
    "sweep": _sweep,
    "process events": _process_events,
    "reconcile": _reconcile,
    "refresh unfinished": _refresh,
    "sweep refunds": _sweep_refunds,
}
