"""One thing that happened in the shop."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

STORE: Final = "store"
DEMO: Final = "demo"
PURCHASE: Final = "purchase"


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """``payload`` holds what the type has beside the other fields."""

    event_id: UUID
    occurred_at: datetime
    type: str
    source: str
    session_id: UUID | None
    product_id: UUID | None
    query: str | None
    payload: Mapping[str, Any]


def normal_query(text: str) -> str:
    """The form in which equal searches are equal: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:300]
