"""What a run did, for the person who started it and for the dashboard."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipelines.price_aggregation.offers import Rejected


@dataclass(frozen=True, slots=True)
class SourceReport:
    """``rows_in`` = ``offers`` + ``rejected``; ``offers`` = ``matched`` + ``review`` +
    ``dropped``. ``reasons`` counts why rows were rejected."""

    merchant: str
    kind: str
    rows_in: int = 0
    offers: int = 0
    rejected: int = 0
    matched: int = 0
    review: int = 0
    dropped: int = 0
    unread: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PriceReport:
    """``changed``: offers that are new or have another price or availability than before."""

    started_at: datetime
    finished_at: datetime
    products: int
    compared: int
    changed: int
    sources: list[SourceReport]

    @property
    def rows_in(self) -> int:
        return sum(source.rows_in for source in self.sources)

    @property
    def rows_out(self) -> int:
        return sum(source.matched + source.review for source in self.sources)

    @property
    def failed(self) -> list[SourceReport]:
        return [source for source in self.sources if source.error]

    def as_json(self) -> dict[str, Any]:
        return {
            "products": self.products,
            "compared": self.compared,
            "changed": self.changed,
            "sources": [asdict(source) for source in self.sources],
        }


def count_reasons(rejected: list[Rejected], most: int = 5) -> dict[str, int]:
    return dict(Counter(item.reason for item in rejected).most_common(most))
