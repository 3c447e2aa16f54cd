"""The SMTP server, on the sandbox's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.sandbox.mail.mailbox import Mailbox

_LARGEST = 10_000_000


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds the hook by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content: Any = envelope.content
        identity = self._mailbox.store(
            envelope.mail_from or "", [str(r) for r in envelope.rcpt_tos], bytes(content)
        )
        return f"250 OK: mail {identity}"


@asynccontextmanager
async def smtp_server(mailbox: Mailbox, host: str, port: int) -> AsyncIterator[None]:
    """Take mails on ``host:port`` while the block runs."""
    loop = asyncio.get_running_loop()

    def protocol() -> asyncio.Protocol:
        connection: asyncio.Protocol = SMTP(
            _Handler(mailbox),
            hostname="mercato-sandbox",
            ident="Mercato sandbox",
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            loop=loop,
        )
        return connection

    server = await loop.create_server(protocol, host, port)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()
