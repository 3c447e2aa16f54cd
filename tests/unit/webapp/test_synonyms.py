"""Synonyms, a tried search and the state of the index in the back office."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deployments.search.contract import IndexStatus, IndexVersionInfo, SearchClient
from deployments.shared.errors import Unavailable
from webapp.state.back_office.synonyms import SynonymsDesk
from webapp.synonym_views import IndexView, synonym_request

from .conftest import run
from .fake_world import World
from .test_back_office import _desk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("sofa,  couch ,settee", ["sofa", "couch", "settee"]),
        ("Sofa\nsofa; couch", ["Sofa", "couch"]),
        ("running   shoes, trainers", ["running shoes", "trainers"]),
    ],
)
def test_words_are_read_from_what_was_typed(text: str, terms: list[str]) -> None:
    request, wrong = synonym_request(text, one_way=True)
    assert request is not None
    assert (request.terms, request.one_way, wrong) == (terms, True, "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "at least two"),
        ("sofa, Sofa, ", "at least two"),
        (",".join(map(str, range(21))), "At most 20"),
        ("sofa," + "x" * 61, "at most 60 characters"),
    ],
)
def test_what_makes_no_synonym_is_said(text: str, wrong: str) -> None:
    request, message = synonym_request(text, one_way=False)
    assert request is None
    assert wrong in message


def _version(name: str, status: str, coverage: float = 1.0) -> IndexVersionInfo:
    return IndexVersionInfo(
        name=name,
        model="sentence-transformers/all-MiniLM-L6-v2",
        status=status,
        vectors=10,
        coverage=coverage,
        created_at=NOW,
        activated_at=None if status == "building" else NOW,
    )


def test_the_version_that_answers_comes_first_and_nothing_unfinished_is_whole() -> None:
    versions = [
        _version("v1", "retired"),
        _version("v3", "building", 0.9999),
        _version("v2", "active"),
    ]
    view = IndexView.of(IndexStatus(documents=1204, pending=1, versions=versions))
    assert (view.products, view.pending) == ("1,204 products", "1 product")
    assert [(row.name, row.tone, row.coverage) for row in view.versions] == [
        ("v2", "good", "100%"),
        ("v3", "wait", "99%"),
        ("v1", "stop", "100%"),
    ]
    assert view.versions[0].model == "all-MiniLM-L6-v2"
    assert [bool(row.at) for row in view.versions] == [True, False, False]
    assert IndexView.of(IndexStatus(documents=0, pending=0, versions=[])).pending == ""


async def _add(page: Any, terms: str, **more: str) -> list[Any]:
    await run(page.edit(""))
    return await run(page.save({"terms": terms, **more}))


async def test_a_synonym_is_made_changed_and_deleted(world: World) -> None:
    page = await _desk(SynonymsDesk, "/admin/synonyms")
    assert (page.rows, page.index.products) == ([], "18 products")
    await _add(page, "sofa, couch")
    await _add(page, "tablet, iPad", one_way="on")
    sofa, tablet = page.rows
    assert (sofa.first, sofa.others, tablet.one_way) == ("sofa", ["couch"], True)
    assert page.done == "Saved: tablet, iPad."

    await run(page.find("COU"))
    assert [row.first for row in page.rows] == ["sofa"]
    await run(page.edit(sofa.id))
    await run(page.save({"terms": "sofa, couch, settee"}))
    assert world.synonyms[0].terms == ["sofa", "couch", "settee"]
    await run(page.ask_to_delete(sofa.id))
    await run(page.delete())
    assert (page.rows, page.total) == ([], 1)


async def test_what_the_service_has_against_a_synonym_is_said_in_the_form(world: World) -> None:
    page = await _desk(SynonymsDesk, "/admin/synonyms")
    await _add(page, "sofa, couch")
    await _add(page, "couch, divan")
    assert page.form_error == "One of these terms is in another synonym."
    await _add(page, "divan")
    assert "at least two" in page.form_error
    assert len(world.synonyms) == 1


async def test_a_query_is_tried_with_what_was_understood(world: World) -> None:
    page = await _desk(SynonymsDesk, "/admin/synonyms")
    await run(page.try_out({"query": " bottel under 30 "}))
    assert (page.tried.query, page.tried.summary) == ("bottel under 30", "1 result")
    assert page.tried.notes == [
        "Corrected to “bottle under 30”",
        "“under 30” understood as “Up to €30”",
    ]
    await run(page.try_out({"query": "hike under 5"}))
    assert page.tried.summary == "No good match"
    assert len(page.tried.cards) == 3
    await run(page.try_out({"query": " "}))
    assert page.tried.query == ""


async def test_the_list_does_without_the_state_of_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_: SearchClient) -> IndexStatus:
        raise Unavailable("search_unavailable", "search does not answer")

    monkeypatch.setattr(SearchClient, "index_status", down)
    page = await _desk(SynonymsDesk, "/admin/synonyms")
    assert (page.error, page.index.products, page.loading) == ("", "", False)
