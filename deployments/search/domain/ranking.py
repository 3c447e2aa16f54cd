"""One answer out of two retrievers: by text and by meaning."""

from __future__ import annotations

from collections import defaultdict
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
    rating: float | None = None
    version: int = 0


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
    """``coverage`` and ``similarity`` as of the retrievers; 0 where one did not find it."""

    facts: Facts
    score: float
    matched_by: tuple[MatchedBy, ...]
    coverage: float = 0.0
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the two are weighed: reciprocal ranks, and a bonus for holding the query's words.

    Args:
        text_weight, meaning_weight: what the rank in either list counts.
        rank_constant: the higher, the less the first ranks stand out.
        coverage_weight: what it counts to hold all words of the query.
        min_similarity: products less similar are not found by meaning.
        min_coverage: products that hold a smaller part of the words are not found by text.
    """

    text_weight: float
    meaning_weight: float
    rank_constant: int
    coverage_weight: float
    min_similarity: float
    min_coverage: float

    @property
    def best(self) -> float:
        """The score of a product that is first in both lists and holds every word."""
        weights = self.text_weight + self.meaning_weight + self.coverage_weight
        return weights / (self.rank_constant + 1)


def fuse(
    by_text: Sequence[TextMatch], by_meaning: Sequence[MeaningMatch], fusion: Fusion
) -> list[Ranked]:
    """Both lists best first; the answer too, with scores of at most 1.

    A product that neither holds enough of the words nor is near in meaning is left out; exact
    matches come before everything.
    """
    facts: dict[UUID, Facts] = {}
    scores: defaultdict[UUID, float] = defaultdict(float)
    ways: defaultdict[UUID, list[MatchedBy]] = defaultdict(list)

    def count(found: Facts, rank: int, weight: float, bonus: float, *way: MatchedBy) -> None:
        facts[found.product_id] = found
        scores[found.product_id] += weight / (fusion.rank_constant + rank)
        scores[found.product_id] += bonus / (fusion.rank_constant + 1)
        ways[found.product_id].extend(way)

    text = [m for m in by_text if m.exact or m.coverage >= fusion.min_coverage]
    for rank, match in enumerate(text, start=1):
        bonus = fusion.coverage_weight * match.coverage
        way: tuple[MatchedBy, ...] = ("exact",) if match.exact else ("text",)
        count(match.facts, rank, fusion.text_weight, bonus, *way)
    near = [m for m in by_meaning if m.similarity >= fusion.min_similarity]
    near.sort(key=lambda m: (-m.similarity, m.facts.product_id))
    for rank, similar in enumerate(near, start=1):
        count(similar.facts, rank, fusion.meaning_weight, 0.0, "meaning")
    covered = {match.facts.product_id: match.coverage for match in text}
    similar_by = {match.facts.product_id: match.similarity for match in near}
    ranked = [
        Ranked(
            facts[key],
            scores[key] / fusion.best,
            tuple(ways[key]),
            covered.get(key, 0.0),
            similar_by.get(key, 0.0),
        )
        for key in facts
    ]
    ranked.sort(key=lambda r: ("exact" not in r.matched_by, -r.score, r.facts.product_id))
    return ranked
