"""Delivers events to the webhook address, signed, until they are taken."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import sqlite3
import time

import httpx

from deployments.sandbox.stripe.faults import FaultRequest, Faults

logger = logging.getLogger(__name__)
_GIVE_UP_SECONDS = 3 * 24 * 3600
_AT_ONCE = 8
_REORDER_SECONDS = 5.0


def signature(payload: str, secret: str, moment: int) -> str:
    """The ``Stripe-Signature`` header of ``payload``."""
    digest = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256)
    return f"t={moment},v1={digest.hexdigest()}"


class WebhookSender:
    """Deliveries wait in the database, so a restart loses none and each is tried again."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        faults: Faults,
        *,
        url: str,
        secret: str,
        retry_seconds: float,
        retry_max_seconds: float,
    ) -> None:
        self._db = connection
        self._faults = faults
        self._url = url
        self._secret = secret
        self._retry = retry_seconds
        self._retry_max = retry_max_seconds
        self._woken = asyncio.Event()
        # Events a fault holds back: each only once, and some until another has gone out.
        self._faulted: set[str] = set()
        self._overtaken: set[str] = set()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                self._woken.clear()
                due = self._due()
                if due:
                    await asyncio.gather(*[self._deliver(client, row) for row in due])
                    continue
                try:
                    await asyncio.wait_for(self._woken.wait(), timeout=self._pause())
                except TimeoutError:
                    continue

    def _due(self) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT d.event_id, d.created, d.attempts, o.body FROM deliveries d "
            "JOIN objects o ON o.id = d.event_id "
            "WHERE d.state = 'waiting' AND d.next_at <= ? ORDER BY d.next_at LIMIT ?",
            (time.time(), _AT_ONCE),
        ).fetchall()

    def _pause(self) -> float:
        row = self._db.execute(
            "SELECT min(next_at) AS moment FROM deliveries WHERE state = 'waiting'"
        ).fetchone()
        if row["moment"] is None:
            return 60.0
        return min(max(float(row["moment"]) - time.time(), 0.01), 60.0)

    async def _deliver(self, client: httpx.AsyncClient, row: sqlite3.Row) -> None:
        copies = 1
        if row["event_id"] not in self._faulted and (fault := self._faults.take("webhook")):
            self._faulted.add(row["event_id"])
            if fault.kind == "drop_webhook":
                self._finish(row, "dropped", None)
                return
            if fault.kind == "duplicate_webhook":
                copies = fault.copies
            else:
                self._hold(row, fault)
                return
        # Indented like Stripe's own: receivers must verify the bytes, not the meaning.
        payload = json.dumps(json.loads(row["body"]), indent=2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (Mercato sandbox)",
        }

        async def send() -> str | None:
            try:
                answer = await client.post(self._url, content=payload.encode(), headers=headers)
                return None if answer.is_success else f"status {answer.status_code}"
            except httpx.HTTPError as failure:
                return type(failure).__name__

        error, *_ = await asyncio.gather(*[send() for _ in range(copies)])
        if error is None:
            self._finish(row, "delivered", None)
            self._release()
        elif time.time() - row["created"] > _GIVE_UP_SECONDS:
            self._finish(row, "given_up", error)
        else:
            self._try_later(row, error)

    def _hold(self, row: sqlite3.Row, fault: FaultRequest) -> None:
        seconds = fault.seconds
        if fault.kind == "reorder_webhook":
            self._overtaken.add(row["event_id"])
            seconds = seconds or _REORDER_SECONDS
        self._db.execute(
            "UPDATE deliveries SET next_at = ? WHERE event_id = ?",
            (time.time() + seconds, row["event_id"]),
        )

    def _release(self) -> None:
        """Another event has overtaken the ones that were held for that."""
        for event_id in self._overtaken:
            self._db.execute(
                "UPDATE deliveries SET next_at = ? WHERE event_id = ? AND state = 'waiting'",
                (time.time(), event_id),
            )
        self._overtaken.clear()

    def _finish(self, row: sqlite3.Row, state: str, error: str | None) -> None:
        self._db.execute(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1, last_error = ?, "
            "next_at = NULL WHERE event_id = ?",
            (state, error, row["event_id"]),
        )

    def _try_later(self, row: sqlite3.Row, error: str) -> None:
        pause = min(self._retry * 2 ** min(row["attempts"], 20), self._retry_max)
        logger.warning(
            "webhook not taken", extra={"event": row["event_id"], "error": error, "retry": pause}
        )
        self._db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, next_at = ?, last_error = ? "
            "WHERE event_id = ?",
            (time.time() + pause, error, row["event_id"]),
        )
