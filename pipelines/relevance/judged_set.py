"""Queries and the grades people gave to products for them, from files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

_READERS: Final[Mapping[str, Callable[[Path], pl.DataFrame]]] = {
    ".parquet": pl.read_parquet,
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".tsv": lambda path: pl.read_csv(path, separator="\t", infer_schema=False),
    ".jsonl": pl.read_ndjson,
    ".ndjson": pl.read_ndjson,
}
_GRADE_COLUMNS: Final = ("rating", "grade")
_HIGHEST_GRADE: Final = 10


class UnreadableJudgementsError(Exception):
    """A file that can't be used; the message says which, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """``queries``: id → what is typed. ``grades``: query id → product → grade; every query has
    some. A product is named as the shop knows it: its id, its slug, or a SKU of it."""

    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]

    @property
    def products(self) -> set[str]:
        return {product for graded in self.grades.values() for product in graded}

    @property
    def top_grade(self) -> int:
        return max(grade for graded in self.grades.values() for grade in graded.values())


def read_judged_set(queries: Path, labels: Path) -> JudgedSet:
    """Columns ``query_id, query`` and ``query_id, product_id, rating``: Parquet, CSV, TSV or JSON
    lines. Queries without a judgement are left out; of a product judged twice the first counts.

    Raises:
        UnreadableJudgementsError
    """
    asked = read_queries(queries)
    table = _read(labels)
    grade_column = next((name for name in _GRADE_COLUMNS if name in table.columns), "rating")
    judged = _strings(labels, table, "query_id", "product_id", grade_column)
    grades: dict[str, dict[str, int]] = {}
    for row, (query, product, grade) in enumerate(judged, start=1):
        grades.setdefault(query, {}).setdefault(product, _grade(labels, row, grade))
    texts = {query: text for query, text in asked.items() if query in grades}
    if not texts:
        raise UnreadableJudgementsError(f"{labels} judges none of the queries of {queries}")
    return JudgedSet(texts, {query: grades[query] for query in texts})


def read_queries(path: Path) -> dict[str, str]:
    """Query id → what is typed, without judgements.

    Raises:
        UnreadableJudgementsError
    """
    asked = _strings(path, _read(path), "query_id", "query")
    texts = {query: text for query, text in asked if text.strip()}
    if not texts:
        raise UnreadableJudgementsError(f"{path} holds no query")
    return texts


def _read(path: Path) -> pl.DataFrame:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise UnreadableJudgementsError(f"{path} is of no known format: one of {known}")
    try:
        return reader(path)
    except FileNotFoundError as error:
        raise UnreadableJudgementsError(f"there is no file {path}") from error
    except (OSError, pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UnreadableJudgementsError(f"{path} can't be read: {reason}") from error


def _strings(path: Path, table: pl.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    if missing := [name for name in columns if name not in table.columns]:
        has = ", ".join(table.columns)
        raise UnreadableJudgementsError(f"{path} lacks {', '.join(missing)}; it has {has}")
    return table.select(pl.col(columns).cast(pl.String)).drop_nulls().rows()


def _grade(path: Path, row: int, value: str) -> int:
    try:
        grade = float(value)
    except ValueError:
        grade = math.nan
    # Gains grow with 2^grade, so that a percentage would be no grade.
    if not (0 <= grade <= _HIGHEST_GRADE and grade.is_integer()):
        raise UnreadableJudgementsError(
            f"{path}, judgement {row}: {value!r} is no grade; whole numbers, 0 does not fit"
        )
    return int(grade)
