from __future__ import annotations

from datetime import timedelta

from deployments.shared.clean_up import INBOX_KEPT, OUTBOX_KEPT, CleanUp
from deployments.shared.database import SessionFactory
from models.products.tables import StockRequestRow, inbox, outbox

_STOCK_REQUESTS_KEPT = timedelta(days=7)


def clean_up(sessions: SessionFactory) -> CleanUp:
    """Background work that removes rows nobody asks for any more."""
    return CleanUp(
        sessions,
        (outbox.c.published_at, OUTBOX_KEPT),
        (inbox.c.handled_at, INBOX_KEPT),
        (StockRequestRow.__table__.c.created_at, _STOCK_REQUESTS_KEPT),
    )
