"""Ratings and reviews as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.products.contract import OwnReview, Rating, RatingSummary, Review
from webapp.formats import count_of, day

REVIEW_SORTS = {"newest": "Newest first", "highest": "Best first", "lowest": "Worst first"}


@dataclass
class Stars:
    """``filled`` is the width of the gold in per cent; all is empty without reviews."""

    filled: str = ""
    average: str = ""
    count: str = ""

    @classmethod
    def of(cls, rating: Rating) -> Stars:
        if rating.average is None or not rating.count:
            return cls()
        return cls(_filled(rating.average), f"{rating.average:.1f}", f"{rating.count:,}")


def _filled(stars: float) -> str:
    return f"{round(20 * stars)}%"


@dataclass
class StarsBar:
    """How many reviews gave so many stars."""

    stars: int
    count: str
    width: str


@dataclass
class RatingView:
    stars: Stars = field(default_factory=Stars)
    count: str = ""
    bars: list[StarsBar] = field(default_factory=list)

    @classmethod
    def of(cls, summary: RatingSummary) -> RatingView:
        total = max(1, summary.count)
        return cls(
            Stars.of(summary),
            count_of(summary.count, "review") if summary.count else "",
            [
                StarsBar(stars, f"{count:,}", f"{round(100 * count / total)}%")
                for stars, count in sorted(summary.distribution.items(), reverse=True)
            ],
        )


@dataclass
class ReviewView:
    id: str
    author: str
    filled: str
    stars: int
    title: str
    paragraphs: list[str]
    at: str

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        return cls(
            id=str(review.id),
            author=review.author,
            filled=_filled(review.stars),
            stars=review.stars,
            title=review.title,
            paragraphs=[part.strip() for part in review.text.splitlines() if part.strip()],
            at=day(review.updated_at),
        )


_STATES = {
    "pending": ("Waiting to be checked", "wait"),
    "published": ("Published", "good"),
    "rejected": ("Not published", "alarm"),
}


@dataclass
class MyReview:
    """One's own review; without an id there is none."""

    id: str = ""
    stars: int = 0
    filled: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    state: str = ""
    tone: str = ""
    reason: str = ""

    @classmethod
    def of(cls, review: OwnReview) -> MyReview:
        state, tone = _STATES[review.state]
        return cls(
            id=str(review.id),
            stars=review.stars,
            filled=_filled(review.stars),
            title=review.title,
            text=review.text,
            author=review.author,
            state=state,
            tone=tone,
            reason=review.reason or "",
        )
