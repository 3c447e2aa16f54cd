"""E-mails that are sent exactly when the change they tell of is committed: a queue in the service's
own database, worked off over SMTP."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.shared.database import SessionFactory
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings

logger = logging.getLogger(__name__)

_BATCH = 20
# Work on a batch ends long before: no mail is begun after two minutes, and each command of its
# delivery times out after 10 s.
_LEASE = timedelta(minutes=5)
_BATCH_SECONDS = 120
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 3600
_GIVE_UP_AFTER = timedelta(days=2)
_TIMEOUT_SECONDS = 10
_FIRST_PERMANENT_REPLY = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """``html`` is an alternative to ``text``, which is always there."""

    to: str
    subject: str
    text: str
    html: str | None = None


class MailRepository:
    """Queues mails in the caller's transaction."""

    def __init__(self, session: AsyncSession, table: Table) -> None:
        self._session = session
        self._table = table

    async def append(self, mail: Mail) -> None:
        await self._session.execute(
            insert(self._table).values(
                id=new_id(),
                recipient=mail.to,
                # A line break in a header would let a name from outside add headers.
                subject=" ".join(mail.subject.split())[:300],
                text=mail.text,
                html=mail.html,
            )
        )


class UndeliverableError(Exception):
    """The mail server will never take this mail."""


Deliver = Callable[[Sequence[EmailMessage]], list[Exception | None]]


class SmtpDelivery:
    """Delivers over one SMTP connection a batch; blocking, call it in a thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
            raise ValueError("MERCATO_SMTP_URL must look like smtp://host:port")
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = parts.port or {"smtp": 25, "smtps": 465}.get(parts.scheme, 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    def __call__(self, messages: Sequence[EmailMessage]) -> list[Exception | None]:
        """For each message None, ``UndeliverableError``, or an error after which to try again.

        Raises:
            OSError: the server does not answer or refuses the connection.
        """
        outcomes: list[Exception | None] = []
        end = time.monotonic() + _BATCH_SECONDS
        with self._connect() as server:
            if self._scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            for message in messages:
                slow = time.monotonic() > end
                outcomes.append(TimeoutError() if slow else self._send(server, message))
        return outcomes

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=_TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_SECONDS)

    @staticmethod
    def _send(server: smtplib.SMTP, message: EmailMessage) -> Exception | None:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return UndeliverableError() if min(codes) >= _FIRST_PERMANENT_REPLY else error
        except smtplib.SMTPResponseException as error:
            return UndeliverableError() if error.smtp_code >= _FIRST_PERMANENT_REPLY else error
        except (ValueError, UnicodeError):
            return UndeliverableError()
        except (smtplib.SMTPException, OSError) as error:
            return error
        return None


class MailSender:
    """Sends what is due: at least once, the oldest first; gives a mail up after two days.

    ``deliver`` replaces SMTP.
    """

    def __init__(
        self,
        sessions: SessionFactory,
        table: Table,
        settings: PlatformSettings,
        *,
        deliver: Deliver | None = None,
    ) -> None:
        self._sessions = sessions
        self._table = table
        self._from = settings.mail_from
        self._deliver = deliver or SmtpDelivery(settings.smtp_url.get_secret_value())

    async def send_due(self) -> int:
        """One batch; the number of mails sent."""
        rows = await self._claim()
        if not rows:
            return 0
        messages = [self._message(row) for row in rows]
        try:
            outcomes = await asyncio.to_thread(self._deliver, messages)
        except OSError as error:
            outcomes = [error] * len(rows)
        for row, outcome in zip(rows, outcomes, strict=True):
            await self._note(row, outcome)
        return sum(outcome is None for outcome in outcomes)

    async def _claim(self) -> Sequence[Any]:
        """Leased, not locked: no transaction is open while the mail server is talked to."""
        mails, now = self._table, datetime.now(UTC)
        async with self._sessions.begin() as session:
            rows = (
                await session.execute(
                    select(mails)
                    .where(
                        mails.c.sent_at.is_(None),
                        mails.c.failed_at.is_(None),
                        mails.c.due_at <= now,
                    )
                    .order_by(mails.c.due_at)
                    .limit(_BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if rows:
                await session.execute(
                    update(mails)
                    .where(mails.c.id.in_([row.id for row in rows]))
                    .values(due_at=now + _LEASE, attempts=mails.c.attempts + 1)
                )
        return rows

    def _message(self, row: Any) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._from
        message["To"] = _recipient(row.recipient)
        message["Subject"] = row.subject
        message["Date"] = format_datetime(row.created_at)
        # The same at a repeat, so that a mailbox can tell the copies apart from two mails.
        message["Message-ID"] = f"<{row.id}@mercato>"
        message.set_content(row.text)
        if row.html is not None:
            message.add_alternative(row.html, subtype="html")
        return message

    async def _note(self, row: Any, outcome: Exception | None) -> None:
        now = datetime.now(UTC)
        values: dict[str, Any]
        if outcome is None:
            values = {"sent_at": now}
        elif isinstance(outcome, UndeliverableError) or now - row.created_at > _GIVE_UP_AFTER:
            logger.error("mail given up", extra={"mail": str(row.id)})
            values = {"failed_at": now}
        else:
            logger.warning(
                "mail not sent yet",
                extra={"mail": str(row.id), "error": type(outcome).__name__},
            )
            pause = min(_FIRST_PAUSE_SECONDS * 2**row.attempts, _LONGEST_PAUSE_SECONDS)
            values = {"due_at": now + timedelta(seconds=pause)}
        await self._update(row.id, values)

    async def _update(self, identity: UUID, values: dict[str, Any]) -> None:
        async with self._sessions.begin() as session:
            await session.execute(
                update(self._table).where(self._table.c.id == identity).values(**values)
            )


def _recipient(address: str) -> Any:
    """Parsed, so that a local part from outside can't smuggle in a second recipient."""
    local, _, domain = address.rpartition("@")
    try:
        return Address(username=local, domain=domain)
    except (ValueError, IndexError):
        return address
