"""Judged queries in files people have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.sandbox.demo.judged import LABELS, QUERIES
from pipelines.relevance.judged_set import UnreadableJudgementsError, read_judged_set

ASKED = pl.DataFrame({"query_id": [1, 2, 3], "query": ["tent", "boots", "  "]})
JUDGED = pl.DataFrame(
    {"query_id": [1, 1, 1, 3], "product_id": ["a", "b", "a", "a"], "rating": [3, 0, 1, 2]}
)
WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "parquet": lambda table, path: table.write_parquet(path),
    "csv": lambda table, path: table.write_csv(path),
    "tsv": lambda table, path: table.write_csv(path, separator="\t"),
    "jsonl": lambda table, path: table.write_ndjson(path),
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_says_the_same(kind: str, tmp_path: Path) -> None:
    queries, labels = tmp_path / f"queries.{kind}", tmp_path / f"labels.{kind}"
    WRITERS[kind](ASKED, queries)
    WRITERS[kind](JUDGED, labels)
    judged = read_judged_set(queries, labels)
    # The first judgement of a product counts; unjudged and empty queries are left out.
    assert judged.queries == {"1": "tent"}
    assert judged.grades == {"1": {"a": 3, "b": 0}}
    assert (judged.products, judged.top_grade) == ({"a", "b"}, 3)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("query_id,product_id\n1,a\n", "lacks rating; it has query_id, product_id"),
        ("query_id,product_id,rating\n1,a,good\n", "judgement 1: 'good' is no grade"),
        ("query_id,product_id,rating\n1,a,-1\n", "is no grade"),
        ("query_id,product_id,rating\n1,a,95\n", "is no grade"),
        ("query_id,product_id,rating\n1,a,1.5\n", "is no grade"),
        ("query_id,product_id,rating\n1,a,inf\n", "is no grade"),
        ("query_id,product_id,rating\n9,a,1\n", "judges none of the queries"),
        ("", "can't be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(labels: str, reason: str, tmp_path: Path) -> None:
    queries = write(tmp_path, "queries.csv", "query_id,query\n1,tent\n")
    with pytest.raises(UnreadableJudgementsError, match=reason):
        read_judged_set(queries, write(tmp_path, "labels.csv", labels))


def test_a_missing_file_a_strange_one_and_one_of_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(UnreadableJudgementsError, match="there is no file"):
        read_judged_set(tmp_path / "queries.csv", tmp_path / "labels.csv")
    with pytest.raises(UnreadableJudgementsError, match="no known format"):
        read_judged_set(tmp_path / "queries.xlsx", tmp_path / "labels.csv")
    (tmp_path / "queries.parquet").write_bytes(b"PK\3\4 no parquet")
    with pytest.raises(UnreadableJudgementsError, match="can't be read"):
        read_judged_set(tmp_path / "queries.parquet", tmp_path / "labels.csv")


def test_the_demo_shops_judgements_are_of_products_it_sells() -> None:
    judged = read_judged_set(QUERIES, LABELS)
    assert len(judged.queries) >= 60
    assert judged.products <= {product.handle for product in load_catalogue()}
    assert all(max(grades.values()) == 3 for grades in judged.grades.values())
