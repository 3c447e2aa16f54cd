"""One answer out of two retrievers: by text and by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

MatchedBy = Literal["exact", "text", "meaning"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What sorting and counting need to know of a product."""

    product_id: UUID
    price: int
    created_at: datetime
    brand: str | None = None
    category_path: str | None = None
    category_name: str | None = None


@dataclass(frozen=True, slots=True)
class TextMatch:
    """``relevance`` and ``coverage`` are 0..1: how well the query's words match, and which part
    of them, rare words counting more, occurs at all. ``exact``: the query is the SKU, barcode or
    title."""

    facts: Facts
    relevance: float
    coverage: float
    exact: bool = False


@dataclass(frozen=True, slots=True)
class MeaningMatch:
    """``similarity``: cosine of query and product, at most 1."""

    facts: Facts
    similarity: float


@dataclass(frozen=True, slots=True)
class Ranked:
    facts: Facts
    score: float
    matched_by: tuple[MatchedBy, ...]


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the two are weighed.

    Args:
        meaning_weight: share of the score that meaning has, 0..1.
        coverage_weight: how much coverage counts beside relevance in the text's half.
        min_similarity: products less similar are not found by meaning.
        min_coverage: products that hold a smaller part of the words are not found by text.
    """

    meaning_weight: float
    coverage_weight: float
    min_similarity: float
    min_coverage: float


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Lowest value and span, never zero."""
    low, high = min(values), max(values)
    return low, (high - low) or 1.0


def fuse(
    by_text: Sequence[TextMatch], by_meaning: Sequence[MeaningMatch], fusion: Fusion
) -> list[Ranked]:
    """Best first. A product that neither holds enough of the words nor is near in meaning is
    left out; exact matches come before everything."""
    text = [m for m in by_text if m.exact or m.coverage >= fusion.min_coverage]
    meaning = [m for m in by_meaning if m.similarity >= fusion.min_similarity]
    facts: dict[UUID, Facts] = {}
    scores: dict[UUID, float] = {}
    ways: dict[UUID, list[MatchedBy]] = {}
    if text:
        raw = [m.relevance + fusion.coverage_weight * m.coverage for m in text]
        top = max(raw) or 1.0
        for match, value in zip(text, raw, strict=True):
            identity = match.facts.product_id
            facts[identity] = match.facts
            scores[identity] = (1 - fusion.meaning_weight) * value / top
            ways[identity] = ["exact", "text"] if match.exact else ["text"]
    if meaning:
        low, span = _spread([m.similarity for m in by_meaning])
        for similar in meaning:
            identity = similar.facts.product_id
            facts.setdefault(identity, similar.facts)
            share = fusion.meaning_weight * (similar.similarity - low) / span
            scores[identity] = scores.get(identity, 0.0) + share
            ways.setdefault(identity, []).append("meaning")
    ranked = [Ranked(facts[key], scores[key], tuple(ways[key])) for key in facts]
    ranked.sort(key=lambda r: ("exact" not in r.matched_by, -r.score, r.facts.product_id))
    return ranked
