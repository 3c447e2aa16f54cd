"""Cursors of lists that are sorted by id."""

from __future__ import annotations

from uuid import UUID

from deployments.shared.errors import Invalid
from deployments.shared.pagination import decode_cursor


def before_cursor(cursor: str | None) -> UUID | None:
    """The id that ``cursor`` holds; ``Invalid`` when it is not one of ours."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error
