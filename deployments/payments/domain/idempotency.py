"""Keys under which Stripe does a thing once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# Stripe forgets a key after 24 hours; then it would do the thing again.
_REMEMBERED: Final = timedelta(hours=23)


def next_key(key: str) -> str:
    """``re-1`` → ``re-1#2`` → ``re-1#3``."""
    base, _, number = key.partition("#")
    return f"{base}#{int(number or 1) + 1}"


def may_be_forgotten(first_used: datetime, now: datetime) -> bool:
    """Whether Stripe may no longer know a key that was first used at ``first_used``."""
    return now - first_used > _REMEMBERED
