"""What a load sends, and when."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from deployments.local.load_lab.plan import arrivals, queries_from, read_queries, replayed


def test_random_arrivals_have_the_rate_and_no_rhythm() -> None:
    due = arrivals(50, 100, fixed=False)
    assert len(due) == pytest.approx(5000, rel=0.05)
    assert due == sorted(due)
    assert due[-1] < 100
    gaps = [later - earlier for earlier, later in itertools.pairwise(due)]
    # Of exponential gaps a share of exp(-2) is longer than twice the mean.
    assert sum(gap > 2 / 50 for gap in gaps) / len(gaps) == pytest.approx(0.135, abs=0.02)


def test_fixed_arrivals_are_evenly_spaced() -> None:
    assert arrivals(4, 1, fixed=True) == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(
    ("name", "content", "queries"),
    [
        ("a.tsv", "query_id\tquery\tclass\n0\tsalon chair\tChairs\n1\tlamp\tLamps\n", None),
        ("a.csv", 'id,query\n0,"salon chair"\n1,lamp\n1,lamp\n', None),
        ("a.txt", "salon chair\n\nlamp\n", None),
        ("a.txt", "sofa, grey\n", ["sofa"]),
    ],
)
def test_files_of_several_kinds_are_read(
    tmp_path: Path, name: str, content: str, queries: list[str] | None
) -> None:
    file = tmp_path / name
    file.write_text(content)
    assert read_queries(file) == (queries or ["salon chair", "lamp"])


@pytest.mark.parametrize("content", ["", "query\n", "\n\n"])
def test_a_file_without_queries_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "empty.csv"
    file.write_text(content)
    with pytest.raises(ValueError, match="no queries"):
        read_queries(file)


def test_queries_are_made_of_the_catalogue() -> None:
    titles = [f"Enamel mug number {n} with a handle" for n in range(200)]
    made = queries_from(titles, count=300)
    assert len(made) == len(set(made)) == 300
    words = set(" ".join(titles).lower().split())
    as_written = [query for query in made if set(query.split()) <= words]
    assert len(as_written) > 200
    assert any(" under " in query for query in made)
    assert queries_from(titles, count=300) == made


def test_a_small_catalogue_makes_few_queries() -> None:
    assert 0 < len(queries_from(["Mug"], count=50)) < 50


def test_common_queries_come_again_and_unique_ones_hardly() -> None:
    queries = [f"q{n}" for n in range(500)]
    common = Counter(itertools.islice(replayed(queries, unique=False), 2000))
    assert max(common.values()) > 20
    unique = Counter(itertools.islice(replayed(queries, unique=True), 2000))
    assert max(unique.values()) <= 3
