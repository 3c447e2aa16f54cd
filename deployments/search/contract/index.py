"""The index and its versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from deployments.shared.schemas import Schema, StrictSchema


class IndexVersionInfo(Schema):
    """``coverage``: share of documents that have a current vector in it, 0..1. A ``ready`` version
    waits beside the active one; a ``retired`` one was active."""

    name: str = Field(examples=["v3"])
    model: str
    status: Literal["building", "ready", "active", "retired"]
    vectors: int
    coverage: float
    created_at: datetime
    activated_at: datetime | None = None


class IndexStatus(Schema):
    """``pending``: documents that the active version has no current vector of."""

    documents: int
    pending: int
    versions: list[IndexVersionInfo]


class IndexRequest(StrictSchema):
    """Index the named products now, or with none all of them."""

    product_ids: Annotated[list[UUID], Field(max_length=500)] = Field(default_factory=list)


class IndexResponse(Schema):
    """``pending`` documents in the index wait for their vectors."""

    index_version: str
    indexed: int
    removed: int
    pending: int = 0
