"""Mails in by SMTP, out by browser."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deployments.sandbox.database import open_database
from deployments.sandbox.mail.mailbox import Mailbox
from tests.sandbox_support import running_sandbox, sandbox_settings


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, int]]:
    settings = sandbox_settings(tmp_path)
    async with (
        running_sandbox(settings) as address,
        httpx.AsyncClient(base_url=address) as browser,
    ):
        yield browser, settings.smtp_port


def mail(
    subject: str, text: str, html: str | None = None, to: str = "ada@example.com"
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@mercato.test", to, subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


async def send(port: int, message: EmailMessage) -> None:
    def blocking() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
            smtp.send_message(message)

    await asyncio.to_thread(blocking)


async def test_a_mail_is_listed_and_read(sandbox: tuple[httpx.AsyncClient, int]) -> None:
    browser, port = sandbox
    assert "No mail yet" in (await browser.get("/inbox")).text
    await send(port, mail("Grüße aus dem Laden", "Follow https://store.test/verify?a=1&b=2 now"))
    inbox = (await browser.get("/inbox")).text
    assert "Grüße aus dem Laden" in inbox
    page = (await browser.get("/inbox/1")).text
    assert 'href="https://store.test/verify?a=1&amp;b=2"' in page


async def test_the_newest_mail_comes_first_and_recipients_can_be_picked(
    sandbox: tuple[httpx.AsyncClient, int],
) -> None:
    browser, port = sandbox
    await send(port, mail("first", "1"))
    await send(port, mail("second", "2", to="Bob@example.com"))
    everything = (await browser.get("/inbox/messages")).json()
    assert [m["subject"] for m in everything] == ["second", "first"]
    bobs = (await browser.get("/inbox/messages", params={"to": "bob@example.com"})).json()
    assert [m["text"].strip() for m in bobs] == ["2"]


async def test_html_can_neither_run_nor_break_out(
    sandbox: tuple[httpx.AsyncClient, int],
) -> None:
    browser, port = sandbox
    hostile = '"></iframe><script>alert(1)</script>'
    await send(port, mail("<b>subject</b>", "</pre><script>alert(2)</script>", hostile))
    answer = await browser.get("/inbox/1")
    assert "<script>" not in answer.text
    assert "<iframe sandbox " in answer.text
    assert "&lt;b&gt;subject&lt;/b&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<b>subject" not in (await browser.get("/inbox")).text


async def test_an_unknown_mail_is_404(sandbox: tuple[httpx.AsyncClient, int]) -> None:
    browser, _ = sandbox
    assert (await browser.get("/inbox/7")).status_code == 404
    assert (await browser.get("/inbox/x")).status_code == 422


async def test_a_mail_in_an_unknown_character_set_is_still_shown(
    sandbox: tuple[httpx.AsyncClient, int],
) -> None:
    browser, port = sandbox

    def blocking() -> None:
        raw = "Subject: odd\r\nContent-Type: text/plain; charset=klingon\r\n\r\nhello there\r\n"
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
            smtp.sendmail("a@example.com", ["b@example.com"], raw)

    await asyncio.to_thread(blocking)
    assert "hello there" in (await browser.get("/inbox/1")).text


def test_the_last_500_are_kept(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    mailbox = Mailbox(database)
    for number in range(510):
        mailbox.store("a@example.com", ["b@example.com"], f"Subject: {number}\r\n\r\nx".encode())
    kept = mailbox.newest()
    database.close()
    assert len(kept) == 500
    assert (kept[0].subject, kept[-1].subject) == ("509", "10")
