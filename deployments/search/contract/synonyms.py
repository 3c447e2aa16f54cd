"""Terms that mean the same."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from deployments.shared.schemas import Schema, StrictSchema


class SynonymInput(StrictSchema):
    """Terms that mean the same; ``one_way``: the first also finds the others, not vice versa."""

    terms: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]],
        Field(min_length=2, max_length=20, examples=[["sofa", "couch", "settee"]]),
    ]
    one_way: bool = False


class Synonym(Schema):
    id: UUID
    terms: list[str]
    one_way: bool
