"""Stripe's objects in SQLite, listed newest first."""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from deployments.sandbox.stripe.errors import JsonObject, invalid, missing_resource
from deployments.sandbox.stripe.parameters import Parameters, bounds, integer, text

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnopqrstuvwxyz"
_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}


def new_stripe_id(prefix: str) -> str:
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(24))}"


@dataclass
class Record:
    """``body`` is what the API shows, ``private`` what the sandbox remembers about it."""

    body: JsonObject
    private: JsonObject = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.body["id"])


class ObjectStore:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def save(self, record: Record) -> None:
        self._db.execute(
            "INSERT INTO objects (id, kind, created, body, private) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body, private = excluded.private",
            (
                record.id,
                record.body["object"],
                record.body["created"],
                json.dumps(record.body),
                json.dumps(record.private),
            ),
        )

    def find(self, kind: str, identity: str) -> Record | None:
        row = self._db.execute(
            "SELECT body, private FROM objects WHERE id = ? AND kind = ?", (identity, kind)
        ).fetchone()
        return Record(json.loads(row["body"]), json.loads(row["private"])) if row else None

    def get(self, kind: str, identity: str, param: str = "id") -> Record:
        record = self.find(kind, identity)
        if record is None:
            raise missing_resource(kind, identity, param)
        return record

    def page(
        self, kind: str, url: str, params: Parameters, filters: dict[str, list[str]] | None = None
    ) -> JsonObject:
        """A list object: ``limit``, ``starting_after``, ``ending_before``, ``created``.

        ``filters`` maps a member of the body to the values it may have (SQL GLOB patterns).
        """
        limit = integer(params, "limit") or 10
        if not 1 <= limit <= 100:
            raise invalid("limit must be between 1 and 100", param="limit")
        clauses = ["kind = ?"]
        arguments: list[Any] = [kind]
        for comparison, moment in bounds(params, "created").items():
            clauses.append(f"created {_OPERATORS[comparison]} ?")
            arguments.append(moment)
        for member, patterns in (filters or {}).items():
            either = " OR ".join([f"json_extract(body, '$.{member}') GLOB ?"] * len(patterns))
            clauses.append(f"({either})")
            arguments.extend(patterns)
        backwards = text(params, "ending_before")
        cursor = text(params, "starting_after") or backwards
        if cursor:
            self.get(kind, cursor, "ending_before" if backwards else "starting_after")
            own_place = "(SELECT seq FROM objects WHERE id = ?)"
            clauses.append(f"seq > {own_place}" if backwards else f"seq < {own_place}")
            arguments.append(cursor)
        direction = "ASC" if backwards else "DESC"
        rows = self._db.execute(
            f"SELECT body FROM objects WHERE {' AND '.join(clauses)} "  # nosec B608  # noqa: S608 - own words
            f"ORDER BY seq {direction} LIMIT ?",
            [*arguments, limit + 1],
        ).fetchall()
        data = [json.loads(row["body"]) for row in rows[:limit]]
        if backwards:
            data.reverse()
        return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}
