"""The mails and the old rows of cart."""

from __future__ import annotations

from deployments.shared.clean_up import INBOX_KEPT, MAILS_KEPT, OUTBOX_KEPT, CleanUp
from deployments.shared.database import SessionFactory
from deployments.shared.mail import MailSender
from deployments.shared.settings import PlatformSettings
from models.cart.tables import inbox, mails, outbox


def cart_mails(sessions: SessionFactory, platform: PlatformSettings) -> MailSender:
    """Sends the mails that cart's use cases wrote."""
    return MailSender(sessions, mails, platform)


def cart_clean_up(sessions: SessionFactory) -> CleanUp:
    return CleanUp(
        sessions,
        (mails.c.sent_at, MAILS_KEPT),
        (mails.c.failed_at, MAILS_KEPT),
        (outbox.c.published_at, OUTBOX_KEPT),
        (inbox.c.handled_at, INBOX_KEPT),
    )
