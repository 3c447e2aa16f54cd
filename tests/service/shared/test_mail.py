"""Mails leave when their cause is committed: a real queue, scripted deliveries, a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from sqlalchemy import MetaData, Table, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema, DropSchema

from deployments.shared.database import SessionFactory, create_engine, create_session_factory
from deployments.shared.mail import (
    Mail,
    MailRepository,
    MailSender,
    SmtpDelivery,
    UndeliverableError,
)
from deployments.shared.settings import PlatformSettings
from models.shared.base import mail_table
from tests.sandbox_support import running_sandbox, sandbox_settings

SETTINGS = PlatformSettings()


@pytest.fixture
async def engine(database_url: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url("cart"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def mails(engine: AsyncEngine) -> AsyncIterator[Table]:
    table = mail_table(MetaData(schema="mail_test"))
    async with engine.begin() as connection:
        await connection.execute(CreateSchema("mail_test"))
        await connection.run_sync(table.create)
    yield table
    async with engine.begin() as connection:
        await connection.execute(DropSchema("mail_test", cascade=True))


@pytest.fixture
def sessions(engine: AsyncEngine) -> SessionFactory:
    return create_session_factory(engine)


class Postman:
    def __init__(self, *outcomes: Exception | None) -> None:
        self.sent: list[EmailMessage] = []
        self._outcomes = list(outcomes)

    def __call__(self, messages: Sequence[EmailMessage]) -> list[Exception | None]:
        if self._outcomes and isinstance(self._outcomes[0], OSError):
            raise self._outcomes.pop(0)  # type: ignore[misc]
        results = []
        for message in messages:
            outcome = self._outcomes.pop(0) if self._outcomes else None
            if outcome is None:
                self.sent.append(message)
            results.append(outcome)
        return results


async def queue(sessions: SessionFactory, table: Table, *mails: Mail) -> None:
    async with sessions.begin() as session:
        for mail in mails:
            await MailRepository(session, table).append(mail)


async def make_due(sessions: SessionFactory, table: Table) -> None:
    async with sessions.begin() as session:
        await session.execute(update(table).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))


def sender(sessions: SessionFactory, table: Table, postman: Postman) -> MailSender:
    return MailSender(sessions, table, SETTINGS, deliver=postman)


HELLO = Mail("ada@example.com", "Hello", "Hi Ada", "<p>Hi Ada</p>")


async def test_a_mail_is_sent_once(sessions: SessionFactory, mails: Table) -> None:
    await queue(sessions, mails, HELLO)
    postman = Postman()
    sending = sender(sessions, mails, postman)
    assert await sending.send_due() == 1
    assert await sending.send_due() == 0
    [message] = postman.sent
    assert (message["To"], message["Subject"]) == ("ada@example.com", "Hello")
    assert message["From"] == SETTINGS.mail_from
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


async def test_a_mail_of_a_rolled_back_change_is_never_sent(
    sessions: SessionFactory, mails: Table
) -> None:
    async with sessions() as session:
        await MailRepository(session, mails).append(HELLO)
        await session.rollback()
    assert await sender(sessions, mails, Postman()).send_due() == 0


async def test_a_server_that_is_down_gets_the_mail_later(
    sessions: SessionFactory, mails: Table
) -> None:
    await queue(sessions, mails, HELLO)
    postman = Postman(ConnectionRefusedError())
    sending = sender(sessions, mails, postman)
    assert await sending.send_due() == 0
    assert await sending.send_due() == 0, "not hammered: it waits"
    await make_due(sessions, mails)
    assert await sending.send_due() == 1


async def test_a_refused_mail_does_not_hold_up_the_others(
    sessions: SessionFactory, mails: Table
) -> None:
    await queue(sessions, mails, HELLO, Mail("bob@example.com", "Hi", "Hi Bob"))
    postman = Postman(UndeliverableError(), None)
    assert await sender(sessions, mails, postman).send_due() == 1
    await make_due(sessions, mails)
    assert await sender(sessions, mails, postman).send_due() == 0
    async with sessions() as session:
        row = (await session.execute(select(mails).where(mails.c.failed_at.is_not(None)))).one()
    assert row.sent_at is None


async def test_a_crash_while_sending_repeats_the_mail(
    sessions: SessionFactory, mails: Table
) -> None:
    await queue(sessions, mails, HELLO)
    postman = Postman()

    class Crash(BaseException):
        pass

    def crash(messages: Sequence[EmailMessage]) -> list[Exception | None]:
        raise Crash

    with pytest.raises(Crash):
        await MailSender(sessions, mails, SETTINGS, deliver=crash).send_due()
    assert await sender(sessions, mails, postman).send_due() == 0, "leased to the one that died"
    await make_due(sessions, mails)
    assert await sender(sessions, mails, postman).send_due() == 1


async def test_line_breaks_in_a_subject_add_no_header(
    sessions: SessionFactory, mails: Table
) -> None:
    await queue(sessions, mails, Mail("ada@example.com", "Hello\r\nBcc: eve@example.com", "Hi"))
    postman = Postman()
    await sender(sessions, mails, postman).send_due()
    [message] = postman.sent
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: eve@example.com"


async def test_a_mail_reaches_a_real_server(
    sessions: SessionFactory, mails: Table, tmp_path: Path
) -> None:
    settings = sandbox_settings(tmp_path)
    await queue(sessions, mails, HELLO, Mail("ada@example.com", "Grüße", "Schöne Grüße"))
    async with running_sandbox(settings) as address:
        delivery = SmtpDelivery(f"smtp://127.0.0.1:{settings.smtp_port}")
        assert await MailSender(sessions, mails, SETTINGS, deliver=delivery).send_due() == 2
        async with httpx.AsyncClient(base_url=address) as browser:
            answer = await browser.get("/inbox/messages", params={"to": "ada@example.com"})
    assert sorted(mail["subject"] for mail in answer.json()) == ["Grüße", "Hello"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:25", "127.0.0.1:25", "smtp://"])
def test_an_address_that_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="MERCATO_SMTP_URL"):
        SmtpDelivery(url)


async def test_two_senders_share_the_queue(sessions: SessionFactory, mails: Table) -> None:
    await queue(sessions, mails, *[Mail(f"n{n}@example.com", "Hi", "Hi") for n in range(30)])
    one, two = Postman(), Postman()
    for _ in range(2):
        await asyncio.gather(
            sender(sessions, mails, one).send_due(), sender(sessions, mails, two).send_due()
        )
    recipients = [message["To"] for message in [*one.sent, *two.sent]]
    assert len(recipients) == len(set(recipients)) == 30
