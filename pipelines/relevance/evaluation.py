"""The figures of a search on a judged set, kept as a file to compare with later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.relevance.bootstrap import Difference, paired_difference
from pipelines.relevance.judged_set import UnreadableJudgementsError
from pipelines.relevance.metrics import METRICS, Scores, mean, score


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for a query, as judged products are named, best first."""

    ranked: Sequence[str]
    milliseconds: float
    mode: str


@dataclass(frozen=True, slots=True)
class QueryFigures:
    """``scores`` None: nothing that was judged fits the query."""

    query: str
    found: int
    milliseconds: float
    mode: str
    scores: Scores | None

    def value(self, metric: str) -> float | None:
        return getattr(self.scores, metric) if self.scores else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``about``: what was measured (index version, model, time)."""

    queries: Mapping[str, QueryFigures]
    about: Mapping[str, Any] = field(default_factory=dict)

    def mean(self, metric: str) -> float:
        return mean([figures.value(metric) for figures in self.queries.values()])

    def latency(self, share: float) -> float:
        """Milliseconds within which that share of the queries was answered."""
        return float(np.quantile([each.milliseconds for each in self.queries.values()], share))

    @property
    def modes(self) -> Counter[str]:
        return Counter(figures.mode for figures in self.queries.values())

    def worst(self, count: int) -> list[QueryFigures]:
        scored = [each for each in self.queries.values() if each.scores]
        return sorted(scored, key=lambda each: (each.value("ndcg10") or 0.0, each.query))[:count]

    def against(self, before: Evaluation) -> dict[str, Difference]:
        """By metric, over the queries that both answered; a metric without any is left out."""
        differences: dict[str, Difference] = {}
        common = [query for query in self.queries if query in before.queries]
        for metric in METRICS:
            pairs = [
                (old, new)
                for query in common
                if (old := before.queries[query].value(metric)) is not None
                and (new := self.queries[query].value(metric)) is not None
            ]
            if pairs:
                differences[metric] = paired_difference(*zip(*pairs, strict=True))
        return differences


def evaluate(
    queries: Mapping[str, str],
    grades: Mapping[str, Mapping[str, int]],
    answers: Mapping[str, Answer],
    about: Mapping[str, Any],
) -> Evaluation:
    top_grade = max(grade for graded in grades.values() for grade in graded.values())
    return Evaluation(
        {
            query: QueryFigures(
                text,
                len(answers[query].ranked),
                answers[query].milliseconds,
                answers[query].mode,
                score(answers[query].ranked, grades[query], top_grade=top_grade),
            )
            for query, text in queries.items()
        },
        about,
    )


def save(evaluation: Evaluation, path: Path) -> None:
    means = {metric: evaluation.mean(metric) for metric in METRICS}
    document = {
        "about": dict(evaluation.about),
        "means": means,
        "queries": {query: asdict(figures) for query, figures in evaluation.queries.items()},
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Evaluation:
    """Raises ``UnreadableJudgementsError``."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        queries = {
            query: QueryFigures(**(row | {"scores": _scores(row["scores"])}))
            for query, row in document["queries"].items()
        }
        return Evaluation(queries, document["about"])
    except FileNotFoundError as error:
        raise UnreadableJudgementsError(f"there is no file {path}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableJudgementsError(
            f"{path} is no baseline; write one with --save FILE"
        ) from error


def _scores(row: Mapping[str, Any] | None) -> Scores | None:
    return Scores(**row) if row else None
