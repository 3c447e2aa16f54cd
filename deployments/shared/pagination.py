"""Keyset pagination: an opaque cursor holds the sort key of the last row."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query

from deployments.shared.errors import Invalid
from deployments.shared.schemas import Schema

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=100, description="rows per page")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before")
]


class Page(Schema, Generic[T]):
    """One page; ``next_cursor`` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(*key: Any) -> str:
    """Cursor for the JSON-able sort key of a row (UUIDs and datetimes as str)."""
    raw = json.dumps(key, separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The key inside ``cursor``; ``Invalid`` when it is not one of ours."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error
    if not isinstance(key, list) or len(key) != length:
        raise Invalid("invalid_cursor", "cursor belongs to another list or sort order")
    return key
