"""Mails in SQLite; the newest 500 are kept."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

_KEPT = 500


@dataclass(frozen=True)
class MailSummary:
    id: int
    received_at: datetime
    sender: str
    recipients: list[str]
    subject: str


@dataclass(frozen=True)
class Mail:
    summary: MailSummary
    text: str | None
    html: str | None
    attachments: list[str]


class Mailbox:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def store(self, sender: str, recipients: list[str], raw: bytes) -> int:
        """Keep a mail; its id."""
        subject = str(_parsed(raw).get("subject", ""))
        cursor = self._db.execute(
            "INSERT INTO messages (received_at, sender, recipients, subject, raw) "
            "VALUES (?, ?, ?, ?, ?)",
            (time.time(), sender, json.dumps(recipients), subject, raw),
        )
        identity = int(cursor.lastrowid or 0)
        self._db.execute("DELETE FROM messages WHERE id <= ?", (identity - _KEPT,))
        return identity

    def newest(self, recipient: str | None = None) -> list[MailSummary]:
        rows = self._db.execute(
            "SELECT id, received_at, sender, recipients, subject FROM messages ORDER BY id DESC"
        ).fetchall()
        mails = [_summary(row) for row in rows]
        if recipient is None:
            return mails
        wanted = recipient.lower()
        return [mail for mail in mails if wanted in [r.lower() for r in mail.recipients]]

    def read(self, identity: int) -> Mail | None:
        row = self._db.execute("SELECT * FROM messages WHERE id = ?", (identity,)).fetchone()
        if row is None:
            return None
        message = _parsed(row["raw"])
        return Mail(
            _summary(row),
            _part(message, "plain"),
            _part(message, "html"),
            [part.get_filename() or "unnamed" for part in message.iter_attachments()],
        )


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _summary(row: sqlite3.Row) -> MailSummary:
    return MailSummary(
        row["id"],
        datetime.fromtimestamp(row["received_at"], UTC),
        row["sender"],
        json.loads(row["recipients"]),
        row["subject"],
    )


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        # An unknown character set: show what can be read.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)
