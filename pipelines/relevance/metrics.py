"""How good a ranking is against graded judgements. Grades: 0 does not fit, 3 is just it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

METRICS: Final = ("ndcg10", "cond10", "recall100")
_DEPTH: Final = 10
_RECALL_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Scores:
    """One query's, each 0..1. ``ndcg10``: gain 2^grade - 1, discount log2(rank + 1), unjudged
    counts as 0; ``cond10``: the same without the unjudged products, for judgements made from
    another search's results; ``recall100``: share of the products of the top grade among the
    first 100, None for a query that has none."""

    ndcg10: float
    cond10: float
    recall100: float | None


def discounted_gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def score(ranked: Sequence[str], grades: Mapping[str, int], *, top_grade: int) -> Scores | None:
    """None for a query that nothing fits: every ranking of it is as good.

    Args:
        ranked: what was found, best first.
        grades: of the judged products.
        top_grade: the highest one that the judgements hold, over all queries.
    """
    ideal = discounted_gain(sorted(grades.values(), reverse=True)[:_DEPTH])
    if ideal == 0:
        return None
    found = [grades.get(product, 0) for product in ranked[:_DEPTH]]
    judged = [grades[product] for product in ranked if product in grades][:_DEPTH]
    top = {product for product, grade in grades.items() if grade == top_grade}
    return Scores(
        ndcg10=discounted_gain(found) / ideal,
        cond10=discounted_gain(judged) / ideal,
        recall100=len(top.intersection(ranked[:_RECALL_DEPTH])) / len(top) if top else None,
    )


def mean(values: Sequence[float | None]) -> float:
    """Of those there are; NaN without any."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else math.nan
