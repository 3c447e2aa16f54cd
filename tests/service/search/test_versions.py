"""Switching between index versions, and what they hold while two exist."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from deployments.search.application.build_index import BuildIndex
from deployments.search.application.catch_up_version import CatchUpVersion
from deployments.search.application.ports import ModelRef, UnitOfWorkFactory
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.application.work_off_backlog import EmbedRanges
from deployments.search.infrastructure.settings import SearchSettings
from deployments.shared.errors import Conflict
from pipelines.relevance.compare_versions import compare_versions
from pipelines.relevance.judged_set import JudgedSet
from tests.service.search.catalogue import FakeCatalogue
from tests.service.search.conftest import RememberingEmbedder
from tests.service.search.version_stand import found, lacking, silent, worker_of
from tests.support import Keys

Ask = Callable[[str, str], Awaitable[httpx.Response]]

OTHER = ModelRef("other-model", "/models/other-model")
COFFEE = "keep coffee hot on a hike"
FLASK = "Summit vacuum flask 0.75 l"


@pytest.fixture
def begin(app: FastAPI, client: httpx.AsyncClient) -> UnitOfWorkFactory:
    factory: UnitOfWorkFactory = app.state.index_products._begin
    return factory


@pytest.fixture
def embed(
    database_url: Callable[[str], str], embedder: RememberingEmbedder
) -> Iterator[EmbedRanges]:
    embedder.others = {OTHER.name}
    with worker_of(database_url("search"), embedder) as ranges:
        yield ranges


@pytest.fixture
async def two_versions(
    shop: httpx.AsyncClient,
    begin: UnitOfWorkFactory,
    catalogue: FakeCatalogue,
    embed: EmbedRanges,
) -> httpx.AsyncClient:
    """v1 is active, v2 of another model is ready."""
    build = BuildIndex(begin, SyncDocuments(begin, catalogue))
    built = await build(OTHER, 384, embed, silent, None)
    assert (built.version, built.active, built.embedded) == ("v2", False, 60)
    return shop


@pytest.fixture
def ask(client: httpx.AsyncClient, operator: dict[str, str]) -> Ask:
    """``ask("GET", "status")``: as the operator."""

    async def send(method: str, path: str) -> httpx.Response:
        return await client.request(method, f"/index/{path}", headers=operator)

    return send


async def test_a_version_of_another_model_is_switched_to_and_back(
    two_versions: httpx.AsyncClient, ask: Ask, embedder: RememberingEmbedder
) -> None:
    before = await found(two_versions, COFFEE)
    assert before[1:] == ("v1", "hybrid")
    answer = await ask("POST", "versions/v2/activate")
    assert answer.status_code == 200, answer.text
    assert {v["name"]: v["status"] for v in answer.json()["versions"]} == {
        "v1": "retired",
        "v2": "active",
    }
    assert embedder.warmed == [OTHER]
    # The other model means the same by other numbers: a mixture would find something else.
    assert await found(two_versions, COFFEE) == (before[0], "v2", "hybrid")
    # By its number alone as well.
    assert (await ask("POST", "versions/1/activate")).status_code == 200
    assert await found(two_versions, COFFEE) == before


async def test_no_search_fails_or_goes_without_meaning_during_a_switch(
    two_versions: httpx.AsyncClient, ask: Ask
) -> None:
    async def search() -> None:
        while not switched.is_set():
            answers.append(await found(two_versions, COFFEE))

    answers: list[tuple[list[str], str, str]] = []
    switched = asyncio.Event()
    searches = [asyncio.create_task(search()) for _ in range(3)]
    for name in ("v2", "v1", "v2"):
        await ask("POST", f"versions/{name}/activate")
    switched.set()
    await asyncio.gather(*searches)
    assert {version for _, version, _ in answers} <= {"v1", "v2"}
    assert all(mode == "hybrid" and FLASK in titles for titles, _, mode in answers)


async def test_changes_are_in_the_active_version_at_once_and_in_the_other_when_switched_to(
    two_versions: httpx.AsyncClient,
    ask: Ask,
    catalogue: FakeCatalogue,
    begin: UnitOfWorkFactory,
    operator: dict[str, str],
) -> None:
    after = catalogue.change("Dominoes", title="Insulated lunch box for hot soup")
    body = {"product_ids": [str(after.id)]}
    await two_versions.post("/index", json=body, headers=operator)
    assert (await lacking(begin, 1), await lacking(begin, 2)) == (0, 1)
    assert after.title in (await found(two_versions, "thermos container for warm meals"))[0]
    await ask("POST", "versions/v2/activate")
    assert await lacking(begin, 2) == 0
    assert after.title in (await found(two_versions, "thermos container for warm meals"))[0]


async def test_a_build_that_is_to_wait_does_not_hold_up_the_backlog(
    two_versions: httpx.AsyncClient,
    app: FastAPI,
    begin: UnitOfWorkFactory,
    catalogue: FakeCatalogue,
) -> None:
    for takes_over, left in ((True, 1), (False, 0)):
        async with begin() as work:
            await work.versions.start_build(ModelRef("third"), 384, takes_over=takes_over)
            await work.commit()
        after = catalogue.change("Spade", title=f"Digging fork {takes_over}")
        await SyncDocuments(begin, catalogue).some({after.id: after.version})
        await app.state.index_products._embed.catch_up()
        assert await lacking(begin, 1) == left


async def test_a_version_that_lacks_much_is_caught_up_before_it_is_switched_to(
    two_versions: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    ask: Ask,
    begin: UnitOfWorkFactory,
    embed: EmbedRanges,
) -> None:
    monkeypatch.setattr("deployments.search.application.activate_version._MOST_PENDING", 4)
    async with begin() as work:
        pending = await work.embeddings.pending(1, limit=1)
        assert pending == []
        version = await work.versions.start_build(ModelRef(OTHER.name), 384, takes_over=False)
        await work.versions.finish_build(version.id)
        await work.commit()
    refused = await ask("POST", f"versions/{version.name}/activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "version_incomplete")
    assert refused.json()["pending"] == 60
    assert await CatchUpVersion(begin)(version.name, embed, silent) == 60
    assert (await ask("POST", f"versions/{version.name}/activate")).status_code == 200
    assert (await found(two_versions, COFFEE))[1:] == (version.name, "hybrid")


async def test_what_is_still_being_built_is_not_searched(
    two_versions: httpx.AsyncClient, ask: Ask, begin: UnitOfWorkFactory, embed: EmbedRanges
) -> None:
    async with begin() as work:
        await work.versions.start_build(ModelRef("third"), 384, takes_over=True)
        await work.commit()
    refused = await ask("POST", "versions/v3/activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "version_incomplete")
    with pytest.raises(Conflict, match="mercato index build"):
        await CatchUpVersion(begin)("v3", embed, silent)
    assert (await found(two_versions, COFFEE))[1] == "v1"


async def test_a_model_that_does_not_load_leaves_the_active_version(
    two_versions: httpx.AsyncClient,
    ask: Ask,
    embedder: RememberingEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def down(model: ModelRef) -> None:
        raise RuntimeError("no replica")

    embedder.others = set()
    unknown = await ask("POST", "versions/v2/activate")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_model")
    monkeypatch.setattr(embedder, "warm", down)
    silent_one = await ask("POST", "versions/v2/activate")
    assert (silent_one.status_code, silent_one.json()["code"]) == (503, "model_loading")
    assert (await found(two_versions, COFFEE))[1:] == ("v1", "hybrid")


async def test_the_status_says_how_much_each_version_holds(
    two_versions: httpx.AsyncClient, ask: Ask, catalogue: FakeCatalogue, begin: UnitOfWorkFactory
) -> None:
    after = catalogue.change("Spade", title="Digging fork")
    await SyncDocuments(begin, catalogue).some({after.id: after.version})
    status = (await ask("GET", "status")).json()
    assert (status["documents"], status["pending"]) == (60, 1)
    shown = [(v["name"], v["model"], v["status"], v["vectors"]) for v in status["versions"]]
    assert shown == [
        ("v1", "all-minilm-l6-v2", "active", 60),
        ("v2", OTHER.name, "ready", 60),
    ]
    assert {v["coverage"] for v in status["versions"]} == {round(59 / 60, 4)}


async def test_a_version_is_dropped_unless_it_is_searched_or_being_built(
    two_versions: httpx.AsyncClient, ask: Ask, begin: UnitOfWorkFactory
) -> None:
    async with begin() as work:
        await work.versions.start_build(ModelRef("third"), 384, takes_over=False)
        await work.commit()
    refused = [(await ask("DELETE", f"versions/{name}")).json()["code"] for name in ("v1", "v3")]
    assert refused == ["version_active", "version_building"]
    assert (await ask("DELETE", "versions/v2")).status_code == 204
    assert [v["name"] for v in (await ask("GET", "status")).json()["versions"]] == ["v1", "v3"]
    assert (await found(two_versions, COFFEE))[1:] == ("v1", "hybrid")


async def test_a_version_that_is_not_there_is_a_404(ask: Ask) -> None:
    for name in ("v9", "v0", "2", "V2", "v2%00", "v99999999999", "v1;drop"):
        for method, path in (("POST", f"versions/{name}/activate"), ("DELETE", f"versions/{name}")):
            answer = await ask(method, path)
            assert (answer.status_code, answer.json()["code"]) == (404, "version_not_found")


async def test_two_versions_are_compared_beside_the_store(
    two_versions: httpx.AsyncClient, embedder: RememberingEmbedder, search_settings: SearchSettings
) -> None:
    judged = JudgedSet(
        {"1": COFFEE, "2": "spade"},
        {"1": {"summit-vacuum-flask-0-75-l": 3}, "2": {"SKU-0057": 3, "sku-0058": 1}},
    )
    compared = await compare_versions(
        "v1", "v2", judged.queries, silent, settings=search_settings, embedder=embedder
    )
    # The same by other numbers: had a query gone to the wrong version, it would find others.
    assert compared.overlap == 1
    assert {a.mode for a in [*compared.before.values(), *compared.after.values()]} == {"hybrid"}
    one, other = compared.evaluations(judged)
    assert one.mean("ndcg10") == other.mean("ndcg10") > 0.5
    assert other.queries["2"].value("recall100") == 1
    assert (await found(two_versions, COFFEE))[1] == "v1"


async def test_only_the_operator_switches(client: httpx.AsyncClient, keys: Keys) -> None:
    for headers in (keys.user("merchant"), keys.user("analyst"), keys.user("admin")):
        answer = await client.post("/index/versions/v1/activate", headers=headers)
        assert answer.status_code == 403
        assert (await client.get("/index/status", headers=headers)).status_code == 200
    assert (await client.get("/index/status")).status_code == 401
