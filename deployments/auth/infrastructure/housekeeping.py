"""The outbox, the mails and the old rows of auth."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from redis.asyncio import Redis

from deployments.shared.clean_up import MAILS_KEPT, OUTBOX_KEPT, CleanUp
from deployments.shared.database import SessionFactory
from deployments.shared.mail import MailSender
from deployments.shared.outbox import OutboxReader, OutboxRelay
from deployments.shared.settings import PlatformSettings
from models.auth.tables import MailedTokenRow, RefreshTokenRow, mails, outbox

_AT_ONCE: Final = timedelta(0)
# Longer than the hour within which mails are counted.
_TOKENS_KEPT: Final = timedelta(days=1)


def auth_outbox(sessions: SessionFactory, redis: Redis) -> tuple[OutboxReader, OutboxRelay]:
    return OutboxReader(sessions, outbox), OutboxRelay(sessions, outbox, redis)


def auth_mails(sessions: SessionFactory, platform: PlatformSettings) -> MailSender:
    return MailSender(sessions, mails, platform)


def auth_clean_up(sessions: SessionFactory) -> CleanUp:
    """A mail that was sent goes at once: unlike the tokens' table it holds the link itself."""
    return CleanUp(
        sessions,
        (RefreshTokenRow.__table__.c.expires_at, _AT_ONCE),
        (MailedTokenRow.__table__.c.used_at, _TOKENS_KEPT),
        (MailedTokenRow.__table__.c.expires_at, _TOKENS_KEPT),
        (mails.c.sent_at, _AT_ONCE),
        (mails.c.failed_at, MAILS_KEPT),
        (outbox.c.published_at, OUTBOX_KEPT),
    )
