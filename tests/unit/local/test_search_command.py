"""``mercato search evaluate``: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.local.cli import app
from deployments.local.commands import search
from deployments.shared.errors import Unavailable
from pipelines.relevance.evaluation import Answer, Evaluation, evaluate, save
from pipelines.relevance.judged_set import JudgedSet

ABOUT = {"index_version": "v3", "judged_products": 5, "judged_products_sold": 4}


def measured(judged: JudgedSet, *, good: bool) -> Evaluation:
    """Every query answered with what fits it best, or with something else."""
    answers = {
        query: Answer([max(grades, key=lambda p: grades[p])] if good else ["else"], 12.0, "hybrid")
        for query, grades in judged.grades.items()
    }
    return evaluate(judged.queries, judged.grades, answers, ABOUT)


class Store:
    """Stands in for the running store."""

    def __init__(self) -> None:
        self.good = True
        self.answers = True

    async def measure(self, judged: JudgedSet, limit: int, console: object) -> Evaluation:
        if not self.answers:
            raise Unavailable("search_unavailable", "search does not answer; try again")
        return measured(judged, good=self.good)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setenv("MERCATO_OPERATOR_KEY", "key")
    monkeypatch.setattr(search, "_measure", store.measure)
    return store


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["search", "evaluate", *arguments], env={"COLUMNS": "160"})
    return result.exit_code, " ".join(result.output.split())


def test_without_files_the_demo_shops_queries_are_asked(store: Store) -> None:
    code, output = run()
    assert code == 0
    assert "77 queries (77 hybrid), latency p50 12.0 ms" in output
    assert "index v3" in output
    assert "1 of 5 judged products are not in this store" in output


def test_significantly_worse_than_the_baseline_ends_with_1(store: Store, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    assert run("--save", baseline)[0] == 0
    code, output = run("--baseline", baseline)
    assert (code, output.count("no difference seen")) == (0, 3)
    store.good = False
    code, output = run("--baseline", baseline)
    assert code == 1
    assert "worse" in output


def test_better_than_the_baseline_ends_with_0(store: Store, tmp_path: Path) -> None:
    store.good = False
    baseline = str(tmp_path / "baseline.json")
    run("--save", baseline)
    store.good = True
    code, output = run("--baseline", baseline)
    assert code == 0
    assert "better" in output


def test_what_cannot_be_read_ends_with_2_and_says_why(store: Store, tmp_path: Path) -> None:
    queries = tmp_path / "queries.csv"
    queries.write_text("id,text\n1,tent\n")
    code, output = run("--queries", str(queries), "--labels", str(queries))
    assert code == 2
    assert "lacks query_id, query; it has id, text" in output
    assert run("--queries", str(queries))[0] == 2
    code, output = run("--baseline", str(queries))
    assert code == 2
    assert "no baseline" in output
    code, output = run("--save", str(tmp_path / "no" / "folder.json"))
    assert code == 2
    assert "can't be written" in output


def test_a_baseline_of_other_queries_ends_with_2(store: Store, tmp_path: Path) -> None:
    other = JudgedSet({"x": "tent"}, {"x": {"a": 3}})
    save(measured(other, good=True), tmp_path / "baseline.json")
    code, output = run("--baseline", str(tmp_path / "baseline.json"))
    assert code == 2
    assert "no query in common" in output


def test_a_store_that_does_not_answer_ends_with_3(store: Store) -> None:
    store.answers = False
    code, output = run()
    assert code == 3
    assert "mercato up" in output
