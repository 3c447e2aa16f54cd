"""An entry of a user's address book."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

MAX_ADDRESSES = 20


@dataclass
class Address:
    """``is_default``: the one offered first; a book that isn't empty has exactly one."""

    id: UUID
    user_id: UUID
    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    region: str
    country: str
    is_default: bool
