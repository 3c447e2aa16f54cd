"""Events: kept for ``GET /v1/events`` and queued for delivery in the same transaction."""

from __future__ import annotations

import copy
import sqlite3
import time
from collections.abc import Callable

from deployments.sandbox.stripe.errors import JsonObject
from deployments.sandbox.stripe.store import ObjectStore, Record, new_stripe_id

API_VERSION = "2026-10-28.endive"


class EventLog:
    """``wake`` is called after an event was queued; the sender then looks for due deliveries."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        store: ObjectStore,
        *,
        deliver: bool,
        wake: Callable[[], None],
    ) -> None:
        self._db = connection
        self._store = store
        self._deliver = deliver
        self._wake = wake
        self.idempotency_key: str | None = None
        self.request_id: str | None = None

    def emit(self, kind: str, subject: JsonObject) -> None:
        now = time.time()
        event: JsonObject = {
            "id": new_stripe_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": int(now),
            "data": {"object": copy.deepcopy(subject)},
            "livemode": False,
            "pending_webhooks": 1 if self._deliver else 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        self._store.save(Record(event))
        if self._deliver:
            self._db.execute(
                "INSERT INTO deliveries (event_id, created, next_at) VALUES (?, ?, ?)",
                (event["id"], now, now),
            )
            self._wake()
