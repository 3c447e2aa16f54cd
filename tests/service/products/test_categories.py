"""The tree of categories can be changed without losing what is in it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.service.products.conftest import Query, simple
from tests.service.products.test_reservations import code
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


class Tree:
    """A merchant at outdoor/camping/tents, outdoor/bikes and home, a product in most."""

    def __init__(self, client: httpx.AsyncClient, merchant: Headers) -> None:
        self._client = client
        self._merchant = merchant
        self.ids: dict[str, str] = {}

    async def plant(self) -> None:
        for path in (
            "outdoor",
            "outdoor/camping",
            "outdoor/camping/tents",
            "outdoor/bikes",
            "home",
        ):
            parent, _, slug = path.rpartition("/")
            body = {"name": slug.title(), "parent": parent or None}
            answer = await self._client.post("/categories", json=body, headers=self._merchant)
            self.ids[path] = answer.json()["id"]
        for n, path in enumerate(("outdoor/camping", "outdoor/camping/tents", "home")):
            body = simple(f"S{n}", category=path)
            assert (await self._client.post("", json=body, headers=self._merchant)).is_success

    async def change(self, path: str, **body: Any) -> httpx.Response:
        return await self._client.put(
            f"/categories/{self.ids.get(path, uuid4())}", json=body, headers=self._merchant
        )

    async def delete(self, path: str, **parameters: str) -> httpx.Response:
        return await self._client.delete(
            f"/categories/{self.ids.get(path, uuid4())}",
            params=parameters,
            headers=self._merchant,
        )

    async def paths(self) -> dict[str, int]:
        rows = (await self._client.get("/categories")).json()
        return {row["path"]: row["product_count"] for row in rows}


@pytest.fixture
async def tree(products: httpx.AsyncClient, merchant: Headers) -> Tree:
    made = Tree(products, merchant)
    await made.plant()
    return made


async def test_a_renamed_category_takes_its_subtree_along_and_search_hears_of_it(
    products: httpx.AsyncClient, tree: Tree, query: Query
) -> None:
    before = query("SELECT count(*) AS n FROM outbox")[0]["n"]
    answer = await tree.change("outdoor", name="Open air", slug="open-air", position=3)
    assert answer.json()["path"] == "open-air"
    assert await tree.paths() == {
        "home": 1,
        "open-air": 2,
        "open-air/bikes": 0,
        "open-air/camping": 2,
        "open-air/camping/tents": 1,
    }
    assert query("SELECT count(*) AS n FROM outbox")[0]["n"] - before == 2
    listed = (await products.get("", params={"category": "open-air/camping/tents"})).json()
    assert listed["items"][0]["category"]["path"] == "open-air/camping/tents"
    # Only the position: nothing search should know.
    await tree.change("outdoor", name="Open air", position=1)
    assert query("SELECT count(*) AS n FROM outbox")[0]["n"] - before == 2


async def test_a_category_moves_with_all_below_it(tree: Tree) -> None:
    answer = await tree.change("outdoor/camping", name="Camping", parent="home")
    assert answer.json()["parent_id"] == tree.ids["home"]
    assert await tree.paths() == {
        "home": 3,
        "home/camping": 2,
        "home/camping/tents": 1,
        "outdoor": 0,
        "outdoor/bikes": 0,
    }
    answer = await tree.change("outdoor/camping", name="Camping")
    assert answer.json()["path"] == "camping"


async def test_impossible_moves_are_refused(products: httpx.AsyncClient, tree: Tree) -> None:
    before = await tree.paths()
    for parent in ("outdoor", "outdoor/camping", "outdoor/camping/tents"):
        answer = await tree.change("outdoor", name="Outdoor", parent=parent)
        assert code(answer) == (422, "category_in_itself")
    answer = await tree.change("outdoor", name="Outdoor", parent="nowhere")
    assert code(answer) == (422, "unknown_category")
    answer = await tree.change("outdoor/bikes", name="Bikes", parent="outdoor", slug="camping")
    assert code(answer) == (409, "category_exists")
    assert code(await tree.change("none", name="x")) == (404, "category_not_found")
    for bad in ({"name": ""}, {"name": "a\x00"}, {"name": "x", "slug": "A b"}, {}, {"id": "x"}):
        assert (await tree.change("home", **bad)).status_code == 422
    assert await tree.paths() == before


async def test_a_tree_does_not_grow_too_deep_by_moving(
    products: httpx.AsyncClient, merchant: Headers, tree: Tree
) -> None:
    parent = "home"
    for n in range(3):
        body = {"name": f"D{n}", "parent": parent}
        parent = (await products.post("/categories", json=body, headers=merchant)).json()["path"]
    answer = await tree.change("outdoor", name="Outdoor", parent=parent)
    assert code(answer) == (422, "invalid_category")
    # One level less fits in.
    answer = await tree.change("outdoor/camping", name="Camping", parent=parent)
    assert answer.status_code == 200


async def test_a_category_in_use_is_deleted_only_into_another(tree: Tree, query: Query) -> None:
    refused = await tree.delete("outdoor/camping")
    assert code(refused) == (409, "category_in_use")
    assert (refused.json()["products"], refused.json()["categories"]) == (1, 1)
    for target in ("outdoor/camping", "outdoor/camping/tents"):
        answer = await tree.delete("outdoor/camping", move_to=target)
        assert code(answer) == (422, "category_in_itself")
    answer = await tree.delete("outdoor/camping", move_to="nowhere")
    assert code(answer) == (422, "unknown_category")
    before = query("SELECT count(*) AS n FROM outbox")[0]["n"]
    assert (await tree.delete("outdoor/camping", move_to="home")).status_code == 204
    assert await tree.paths() == {"home": 3, "home/tents": 1, "outdoor": 0, "outdoor/bikes": 0}
    assert query("SELECT count(*) AS n FROM outbox")[0]["n"] - before == 2
    assert code(await tree.delete("outdoor/camping")) == (404, "category_not_found")
    assert (await tree.delete("outdoor/bikes")).status_code == 204


async def test_deleting_into_a_category_with_the_same_child_is_refused(
    products: httpx.AsyncClient, merchant: Headers, tree: Tree
) -> None:
    await products.post("/categories", json={"name": "Tents", "parent": "home"}, headers=merchant)
    answer = await tree.delete("outdoor/camping", move_to="home")
    assert code(answer) == (409, "category_exists")
    assert "outdoor/camping/tents" in await tree.paths()


async def test_products_made_while_their_category_goes_are_not_lost(
    products: httpx.AsyncClient, merchant: Headers, tree: Tree, query: Query
) -> None:
    bodies = [simple(f"N{n}", category="outdoor/bikes") for n in range(6)]
    answers = await asyncio.gather(
        *[products.post("", json=body, headers=merchant) for body in bodies],
        tree.delete("outdoor/bikes", move_to="home"),
    )
    assert {answer.status_code for answer in answers} <= {201, 204, 422}
    made = sum(answer.status_code == 201 for answer in answers)
    assert (await tree.paths())["home"] == 1 + made


async def test_moves_at_once_leave_one_tree(tree: Tree, query: Query) -> None:
    answers = await asyncio.gather(
        tree.change("outdoor", name="Outdoor", parent="home"),
        tree.change("home", name="Home", parent="outdoor"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    rows = query(
        "SELECT c.path, p.path || '/' || c.slug AS expected FROM categories c "
        "JOIN categories p ON p.id = c.parent_id"
    )
    assert all(row["path"] == row["expected"] for row in rows)


async def test_the_tree_is_for_merchants_to_change(
    products: httpx.AsyncClient, tree: Tree, keys: Keys
) -> None:
    path = f"/categories/{tree.ids['home']}"
    shopper = keys.user("customer")
    assert (await products.put(path, json={"name": "x"}, headers=shopper)).status_code == 403
    assert (await products.delete(path, headers=shopper)).status_code == 403
    assert (await products.delete(path)).status_code == 401
