from __future__ import annotations

from deployments.shared.database import SessionFactory
from deployments.shared.mail import MailSender
from deployments.shared.settings import PlatformSettings
from models.cart import tables


def cart_mails(sessions: SessionFactory, platform: PlatformSettings) -> MailSender:
    """Sends the mails that cart's use cases wrote."""
    return MailSender(sessions, tables.mails, platform)
