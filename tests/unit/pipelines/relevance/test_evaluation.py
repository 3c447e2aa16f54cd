from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.relevance.evaluation import Answer, Evaluation, evaluate, load, save
from pipelines.relevance.judged_set import UnreadableJudgementsError

QUERIES = {"1": "tent", "2": "boots", "3": "nothing fits"}
GRADES = {"1": {"a": 3, "b": 1}, "2": {"c": 2}, "3": {"a": 0}}


def evaluated(**ranked: list[str]) -> Evaluation:
    answers = {
        query: Answer(ranked.get(f"q{query}", []), 10.0 * place, "hybrid")
        for place, query in enumerate(QUERIES, start=1)
    }
    return evaluate(QUERIES, GRADES, answers, {"index_version": "v1"})


def test_means_are_over_the_queries_that_something_fits() -> None:
    found = evaluated(q1=["a", "b"], q2=[])
    assert found.mean("ndcg10") == 0.5
    # Query 2 has no product of the top grade, 3.
    assert found.mean("recall100") == 1
    assert found.latency(0.5) == 20
    assert found.modes == {"hybrid": 3}
    assert [row.query for row in found.worst(5)] == ["boots", "tent"]


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    found = evaluated(q1=["b", "a"], q2=["c"])
    save(found, tmp_path / "baseline.json")
    assert load(tmp_path / "baseline.json") == found


def test_a_comparison_pairs_the_queries_both_have() -> None:
    before, after = evaluated(q1=["a", "b"], q2=["c"]), evaluated(q1=["a", "b"], q2=[])
    without = Evaluation({query: before.queries[query] for query in ("2",)})
    assert after.against(before)["ndcg10"].mean == -0.5
    assert after.against(without)["ndcg10"].queries == 1
    assert after.against(Evaluation({})) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"queries": {"1": {}}}', '{"queries": 5}'])
def test_another_file_is_no_baseline(text: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(UnreadableJudgementsError, match="no baseline"):
        load(path)
