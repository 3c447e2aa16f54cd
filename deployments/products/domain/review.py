"""What a buyer says of a product, shown once a merchant has read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from deployments.shared.errors import Conflict, Invalid
from deployments.shared.ids import new_id

ANONYMOUS = "Verified customer"
MAX_TITLE = 120
MAX_TEXT = 5_000
MAX_AUTHOR = 60
MAX_REASON = 300
_SPACE = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class ReviewState(StrEnum):
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Words:
    """What the author wrote; ``author`` is the name it is shown under."""

    stars: int
    title: str
    text: str
    author: str

    @classmethod
    def of(cls, stars: int, title: str, text: str, author: str | None) -> Words:
        """Tidied; raises ``Invalid`` ``invalid_review``."""
        title = _SPACE.sub(" ", title).strip()
        author = _SPACE.sub(" ", author or "").strip() or ANONYMOUS
        text = text.replace("\r\n", "\n").strip()
        if not 1 <= stars <= 5:
            raise Invalid("invalid_review", "a review gives 1 to 5 stars")
        if len(title) > MAX_TITLE or len(text) > MAX_TEXT or len(author) > MAX_AUTHOR:
            raise Invalid(
                "invalid_review",
                f"at most {MAX_TITLE} characters in a title, {MAX_TEXT} in a text, "
                f"{MAX_AUTHOR} in a name",
            )
        if any(_CONTROL.search(part) for part in (title, text, author)):
            raise Invalid("invalid_review", "texts can't contain control characters")
        return cls(stars, title, text, author)


@dataclass(frozen=True, slots=True)
class Review:
    """``reason`` says why it was rejected; without ``user_id`` its author's account is erased."""

    id: UUID
    product_id: UUID
    user_id: UUID | None
    words: Words
    state: ReviewState
    reason: str | None
    decided_by: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def write(cls, product_id: UUID, user_id: UUID, words: Words, now: datetime) -> Review:
        return cls(new_id(), product_id, user_id, words, ReviewState.PENDING, None, None, now, now)

    def rewritten(self, words: Words, now: datetime) -> Review:
        """With other words it waits for a merchant again; the same words change nothing."""
        if words == self.words:
            return self
        return replace(
            self,
            words=words,
            state=ReviewState.PENDING,
            reason=None,
            decided_by=None,
            updated_at=now,
        )

    def published(self, by: str, now: datetime) -> Review:
        """Again is a no-op; what was rejected may be published after all."""
        if self.state is ReviewState.PUBLISHED:
            return self
        return replace(
            self, state=ReviewState.PUBLISHED, reason=None, decided_by=by, updated_at=now
        )

    def rejected(self, reason: str | None, by: str, now: datetime) -> Review:
        """Also what is published already; raises ``Invalid`` ``reason_required``."""
        reason = (reason or "").strip()
        if not 1 <= len(reason) <= MAX_REASON or "\0" in reason:
            raise Invalid(
                "reason_required", "say why the review is rejected; its author can read it"
            )
        if self.state is ReviewState.REJECTED and self.reason == reason:
            return self
        return replace(
            self, state=ReviewState.REJECTED, reason=reason, decided_by=by, updated_at=now
        )

    def require_as_read(self, seen: datetime | None) -> None:
        """Raises ``Conflict`` ``review_changed`` when it is not the one last changed at ``seen``:
        nobody shall slip other words in while a merchant reads."""
        if seen is not None and seen != self.updated_at:
            raise Conflict("review_changed", "the review was changed meanwhile; read it again")

    def anonymised(self) -> Review:
        """Stars and words stay, whoever wrote them is forgotten."""
        return replace(self, user_id=None, words=replace(self.words, author=ANONYMOUS))

    @property
    def rating(self) -> tuple[int, int]:
        """What it adds to the product's (sum of stars, number of reviews)."""
        return (self.words.stars, 1) if self.state is ReviewState.PUBLISHED else (0, 0)


def rating_change(before: Review | None, after: Review | None) -> tuple[int, int]:
    """What the change does to the product's (sum of stars, number of reviews)."""
    old = before.rating if before else (0, 0)
    new = after.rating if after else (0, 0)
    return new[0] - old[0], new[1] - old[1]
