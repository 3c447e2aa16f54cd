"""The inbox in a browser, and the same as JSON for tests."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response, status

from deployments.sandbox.mail.mailbox import Mail, Mailbox
from deployments.sandbox.pages import page
from deployments.shared.schemas import Schema

router = APIRouter(prefix="/inbox", tags=["mail"])


class MailView(Schema):
    id: int
    received_at: datetime
    sender: str
    recipients: list[str]
    subject: str
    text: str | None
    html: str | None
    attachments: list[str]


def _mailbox(request: Request) -> Mailbox:
    mailbox: Mailbox = request.app.state.mailbox
    return mailbox


Box = Annotated[Mailbox, Depends(_mailbox)]


@router.get("")
async def inbox(mailbox: Box) -> Response:
    """All mails, newest first."""
    rows = "".join(
        f'<tr><td><a href="/inbox/{mail.id}">{escape(mail.subject or "(no subject)")}</a></td>'
        f"<td>{escape(', '.join(mail.recipients))}</td>"
        f'<td class="soft">{mail.received_at:%d %b %H:%M:%S}</td></tr>'
        for mail in mailbox.newest()
    )
    table = f"<table><tr><th>Subject</th><th>To</th><th>Received (UTC)</th></tr>{rows}</table>"
    body = table if rows else '<p class="soft">No mail yet. The store sends it here.</p>'
    return page("Inbox", f"<h1>Inbox</h1>{body}")


@router.get("/messages")
async def messages(mailbox: Box, to: str | None = None) -> list[MailView]:
    """Mails with their text, newest first; ``to`` narrows to one recipient."""
    mails = [mailbox.read(summary.id) for summary in mailbox.newest(to)]
    return [_view(mail) for mail in mails if mail is not None]


@router.get("/{identity}")
async def read(identity: int, mailbox: Box) -> Response:
    """One mail. Its HTML is shown in a frame that may run nothing and load nothing."""
    mail = mailbox.read(identity)
    if mail is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such mail")
    summary = mail.summary
    parts = [
        '<p><a href="/inbox">Inbox</a></p>',
        f"<h1>{escape(summary.subject or '(no subject)')}</h1>",
        f'<p class="soft">From {escape(summary.sender)}<br>'
        f"To {escape(', '.join(summary.recipients))}<br>"
        f"{summary.received_at:%d %B %Y %H:%M:%S} UTC</p>",
    ]
    if mail.html is not None:
        parts.append(
            f'<iframe sandbox title="HTML of this mail" srcdoc="{escape(mail.html)}"></iframe>'
        )
    if mail.text is not None:
        parts.append(f"<h2>Plain text</h2><pre>{_linked(mail.text)}</pre>")
    if mail.attachments:
        parts.append(f"<p>Attached: {escape(', '.join(mail.attachments))}</p>")
    return page(summary.subject or "Mail", "".join(parts))


def _view(mail: Mail) -> MailView:
    summary = mail.summary
    return MailView(
        id=summary.id,
        received_at=summary.received_at,
        sender=summary.sender,
        recipients=summary.recipients,
        subject=summary.subject,
        text=mail.text,
        html=mail.html,
        attachments=mail.attachments,
    )


def _linked(text: str) -> str:
    """Escaped text whose web addresses can be followed: a reset link is there to be clicked."""
    words = []
    for line in text.splitlines():
        words.append(" ".join(_link(word) for word in line.split(" ")))
    return "\n".join(words)


def _link(word: str) -> str:
    safe = escape(word)
    if word.startswith(("http://", "https://")):
        return f'<a href="{safe}" rel="noopener noreferrer">{safe}</a>'
    return safe
