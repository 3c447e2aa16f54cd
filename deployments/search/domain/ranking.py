"""One answer out of two retrievers: by text and by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

MatchedBy = Literal["exact", "text", "meaning"]


class Facts(NamedTuple):
    """What sorting and counting need to know of a product."""

    product_id: UUID
    price: int
    created_at: datetime
    brand: str | None = None
    category_path: str | None = None
    category_name: str | None = None
    rating: float | None = None


class TextMatch(NamedTuple):
    """``relevance`` and ``coverage`` are 0..1: how well the query's words match, and which part
    of them, rare words counting more, occurs at all. ``exact``: the query is the SKU, barcode or
    title."""

    product_id: UUID
    relevance: float
    coverage: float
    exact: bool = False


class MeaningMatch(NamedTuple):
    """``similarity``: cosine of query and product, at most 1."""

    product_id: UUID
    similarity: float


class Scored(NamedTuple):
    """``coverage`` and ``similarity`` as of the retrievers; 0 where one did not find it."""

    product_id: UUID
    score: float
    matched_by: tuple[MatchedBy, ...]
    coverage: float = 0.0
    similarity: float = 0.0


class Ranked(NamedTuple):
    """A product that was found, with what is known of it; the rest as in ``Scored``."""

    facts: Facts
    score: float
    matched_by: tuple[MatchedBy, ...]
    coverage: float = 0.0
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the two are weighed. Scores of words have no scale, so their ranks count; the cosine has
    one, so it counts itself: by how far a product is behind the nearest.

    Args:
        text_weight: what the first rank by words counts.
        meaning_weight: what the nearest in meaning counts.
        rank_constant: the higher, the less the first ranks by words stand out.
        similarity_span: a product this much behind the nearest counts nothing by meaning.
        coverage_weight: what it counts to hold all words of the query.
        min_similarity: products less similar are not found by meaning.
        min_coverage: products that hold a smaller part of the words are not found by text.
    """

    text_weight: float
    meaning_weight: float
    rank_constant: int
    similarity_span: float
    coverage_weight: float
    min_similarity: float
    min_coverage: float

    @property
    def best(self) -> float:
        """The score of a product that is first in both lists and holds every word."""
        return self.text_weight + self.meaning_weight + self.coverage_weight

    def by_words(self, rank: int, coverage: float) -> float:
        """What it counts to be at ``rank`` (from 1) by words."""
        share = (self.rank_constant + 1) / (self.rank_constant + rank)
        return self.text_weight * share + self.coverage_weight * coverage

    def by_meaning(self, behind: float) -> float:
        """What it counts to be so much less similar than the nearest."""
        return self.meaning_weight * max(0.0, 1 - behind / self.similarity_span)


def fuse(
    by_text: Sequence[TextMatch], by_meaning: Sequence[MeaningMatch], fusion: Fusion
) -> list[Scored]:
    """``by_text`` is best first; the answer too, with scores of at most 1.

    A product that neither holds enough of the words nor is near in meaning is left out; exact
    matches come before everything.
    """
    near = {m.product_id: m.similarity for m in by_meaning if m.similarity >= fusion.min_similarity}
    nearest = max(near.values(), default=0.0)
    scored = []
    rank = 0
    for product_id, _, coverage, exact in by_text:
        if not exact and coverage < fusion.min_coverage:
            continue
        rank += 1
        score = fusion.by_words(rank, coverage)
        similarity = near.pop(product_id, None)
        if similarity is not None:
            score += fusion.by_meaning(nearest - similarity)
        ways = _WAYS[exact, similarity is not None]
        scored.append(Scored(product_id, score / fusion.best, ways, coverage, similarity or 0.0))
    scored += [
        Scored(
            product_id,
            fusion.by_meaning(nearest - similarity) / fusion.best,
            ("meaning",),
            similarity=similarity,
        )
        for product_id, similarity in near.items()
    ]
    scored.sort(key=_place)
    return scored


# Of a product found by text: whether exactly, and whether by meaning too.
_WAYS: Final[Mapping[tuple[bool, bool], tuple[MatchedBy, ...]]] = {
    (False, False): ("text",),
    (False, True): ("text", "meaning"),
    (True, False): ("exact",),
    (True, True): ("exact", "meaning"),
}


def _place(row: Scored) -> tuple[bool, float, float, UUID]:
    """Exact matches first; the more similar where scores are equal."""
    return "exact" not in row.matched_by, -row.score, -row.similarity, row.product_id
