"""How alike two titles are: words weighted by how rare they are in the catalogue."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.price_aggregation.attributes import fold

# Words that sell or connect and tell no product from another.
_NOISE_TEXT = """
a an and the of for with in on to by from new original genuine official sale offer deal best free
shipping delivery now only top quality premium product item pack set pcs pieces size colour color
buy online cheap model version edition us eu uk
"""
_NOISE = frozenset(_NOISE_TEXT.split())
_WORD = re.compile(r"[a-z]+\d[a-z0-9]*|\d+[a-z]+[a-z0-9]*|[a-z]+|\d+(?:\.\d+)?")


def words(text: str) -> frozenset[str]:
    """Words of ``text`` in lower case without accents, plural s and noise."""
    folded = re.sub(r"(?<=[a-z])['’](?=[a-z])", "", fold(text)).replace(",", ".")
    # "350 ml" and "350ml" are one word.
    joined = re.sub(r"(\d)\s+(ml|cl|l|g|kg|mm|cm|m|gb|tb|w|mah)\b", r"\1\2", folded)
    found = (_singular(word) for word in _WORD.findall(joined))
    return frozenset(word for word in found if word not in _NOISE)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def brand_key(text: str | None) -> str:
    """A brand as compared: ``"Östberg Optik GmbH"`` → ``"ostbergoptik"``."""
    folded = re.sub(r"\b(gmbh|ltd|inc|llc|co|ag|ab|as|srl|spa)\b\.?", "", fold(text or ""))
    return re.sub(r"[^a-z0-9]", "", folded)


def part_key(text: str | None) -> str:
    """A part number or SKU as compared: upper-case letters and digits."""
    return re.sub(r"[^A-Z0-9]", "", (text or "").upper())


_CODE = re.compile(r"(?<!\w)(?=[\w/-]*\d)(?=[\w/-]*[a-z])[a-z0-9][a-z0-9/-]{3,}(?!\w)")
_QUANTITY = re.compile(
    r"(\d+x)?\d+(ml|cl|l|g|kg|mm|cm|m|gb|tb|mb|w|mah|v|inch|mp|x|ft|k?hz|[mg]hz|pk|pack|in|pcs"
    r"|th|nd|rd|st|lb|oz|k|d|p|yr|bit|x\d+)"
)
_MIN_CODE = 5


def model_codes(title: str) -> frozenset[str]:
    """Manufacturers' model codes in ``title``: letters with digits that are no quantity."""
    keys = (re.sub(r"[^a-z0-9]", "", code) for code in _CODE.findall(fold(title)))
    return frozenset(k for k in keys if len(k) >= _MIN_CODE and not _QUANTITY.fullmatch(k))


def same_codes(left: frozenset[str], right: frozenset[str]) -> float | None:
    """1 when a code is shared, a part when one begins another (a colour's suffix), 0 when both
    have codes and none agrees; None when a side has none, which says nothing."""
    if not left or not right:
        return None
    if left & right:
        return 1.0
    begins = any(a.startswith(b) or b.startswith(a) for a in left for b in right)
    return 0.5 if begins else 0.0


@dataclass(frozen=True)
class WordWeights:
    """Inverse document frequencies; a word never seen weighs as much as the rarest."""

    weights: Mapping[str, float]
    unseen: float

    @classmethod
    def of(cls, documents: Iterable[frozenset[str]]) -> WordWeights:
        every = list(documents)
        counts = Counter(word for document in every for word in document)
        total = len(every) + 1
        return cls(
            {word: math.log(1 + total / count) for word, count in counts.items()},
            math.log(1 + total),
        )

    def of_word(self, word: str) -> float:
        return self.weights.get(word, self.unseen)

    def sum(self, some: Iterable[str]) -> float:
        return sum(map(self.of_word, some))


def title_similarity(
    offered: frozenset[str],
    ours: frozenset[str],
    known: frozenset[str],
    weights: WordWeights,
) -> float:
    """Likeness from 0 to 1.

    Args:
        offered: words of the merchant's title.
        ours: words of our title; those that the merchant leaves out count against it.
        known: words of our brand, options and attributes; the merchant may use them freely.
    """
    if not offered or not ours:
        return 0.0
    shared = weights.sum(offered & ours)
    found = shared / weights.sum(ours)
    explained = weights.sum(offered & (ours | known)) / weights.sum(offered)
    return 0.6 * found + 0.4 * explained
