"""What a word counts by where in a product it stands (BM25F; Robertson and Zaragoza, 2009)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

# The fields of a document, by the weight letter of their lexemes in the tsvector.
FIELDS: Final = {"title": "A", "names": "B", "attributes": "C", "description": "D"}

# Until a catalogue's own averages are known: lexemes in a field.
_USUAL_LENGTHS: Final = {"title": 8.0, "names": 3.0, "attributes": 15.0, "description": 20.0}
_DRIFT: Final = 0.1


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """``weight``: what an occurrence counts. ``length``: 0..1, how far a long field makes it count
    less."""

    weight: float
    length: float


WEIGHTS: Final[Mapping[str, FieldWeight]] = {
    "title": FieldWeight(1.0, 0.5),
    "names": FieldWeight(1.0, 0.0),
    "attributes": FieldWeight(0.1, 0.5),
    "description": FieldWeight(1.0, 0.5),
}
# Occurrences (weighed) at which a word counts half of what it can.
SATURATION: Final = 1.2


@dataclass(frozen=True, slots=True)
class TextStatistics:
    """``lengths``: lexemes in each field on average, over ``documents`` products; with 0 of them
    not all postings are made with these lengths yet."""

    lengths: Mapping[str, float]
    documents: int

    @classmethod
    def usual(cls) -> TextStatistics:
        return cls(_USUAL_LENGTHS, 0)

    @property
    def is_finished(self) -> bool:
        return self.documents > 0

    def unfinished(self) -> TextStatistics:
        return replace(self, documents=0)

    def is_far_from(self, other: TextStatistics) -> bool:
        """Whether postings made with the one are wrong by the other."""
        return any(
            abs(length - other.lengths[field]) > _DRIFT * max(length, 1.0)
            for field, length in self.lengths.items()
            if WEIGHTS[field].length
        )
