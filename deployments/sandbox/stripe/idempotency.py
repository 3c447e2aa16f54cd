"""Idempotency keys as Stripe keeps them: the first answer, error or not, for 24 hours."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from deployments.sandbox.stripe.errors import JsonObject, StripeFailure

_KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Answer:
    status: int
    body: JsonObject
    request_id: str


class IdempotencyKeys:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        # Only requests in this process can be under way: a restart ends them all.
        self._in_flight: set[str] = set()

    def begin(self, key: str, path: str, params: JsonObject) -> Answer | None:
        """The saved answer, or None when the request is to run; then call ``end``.

        Raises ``StripeFailure``: 400 for another request under the key, 409 while one runs.
        """
        if len(key) > 255:
            raise StripeFailure(
                400, "invalid_request_error", "Idempotency keys are at most 255 characters long."
            )
        row = self._db.execute(
            "SELECT * FROM idempotent_answers WHERE key = ? AND created > ?",
            (key, int(time.time()) - _KEPT_SECONDS),
        ).fetchone()
        if row is not None:
            if row["fingerprint"] != _fingerprint(path, params):
                raise StripeFailure(
                    400,
                    "idempotency_error",
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                )
            return Answer(row["status"], json.loads(row["body"]), row["request_id"])
        if key in self._in_flight:
            raise StripeFailure(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this Idempotent Key (that "
                "probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                code="idempotency_key_in_use",
            )
        self._in_flight.add(key)
        return None

    def save(self, key: str, path: str, params: JsonObject, answer: Answer) -> None:
        """Inside the transaction of what the request did."""
        self._db.execute(
            "INSERT OR REPLACE INTO idempotent_answers VALUES (?, ?, ?, ?, ?, ?)",
            (
                key,
                _fingerprint(path, params),
                answer.status,
                json.dumps(answer.body),
                answer.request_id,
                int(time.time()),
            ),
        )

    def end(self, key: str) -> None:
        self._in_flight.discard(key)


def _fingerprint(path: str, params: dict[str, Any]) -> str:
    canonical = json.dumps([path, params], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
