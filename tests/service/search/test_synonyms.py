"""Synonyms over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from deployments.shared.ids import new_id
from deployments.shared.tokens import ANALYST, MERCHANT
from tests.support import Keys


async def test_merchants_keep_synonyms(client: httpx.AsyncClient, keys: Keys) -> None:
    merchant, analyst = keys.user(MERCHANT), keys.user(ANALYST)
    body: dict[str, Any] = {"terms": ["Sofa", "Couch"]}
    added = await client.post("/synonyms", json=body, headers=merchant)
    assert added.status_code == 201
    synonym = added.json()
    assert (synonym["terms"], synonym["one_way"]) == (["sofa", "couch"], False)
    assert (await client.get("/synonyms", headers=analyst)).json() == [synonym]

    again = await client.post("/synonyms", json={"terms": ["couch", "sofa"]}, headers=merchant)
    assert (again.status_code, again.json()["code"]) == (409, "synonym_exists")
    same = await client.post("/synonyms", json={"terms": ["sofa", " SOFA"]}, headers=merchant)
    assert (same.status_code, same.json()["code"]) == (422, "invalid_synonym")

    path = f"/synonyms/{synonym['id']}"
    one_way = {"terms": ["sofa", "settee"], "one_way": True}
    changed = await client.put(path, json=one_way, headers=merchant)
    assert changed.json() == {"id": synonym["id"]} | one_way
    reverse = {"terms": ["settee", "sofa"], "one_way": True}
    reversed_ = await client.post("/synonyms", json=reverse, headers=merchant)
    assert (reversed_.status_code, reversed_.json()["code"]) == (409, "synonym_reversed")

    assert (await client.delete(path, headers=merchant)).status_code == 204
    assert (await client.delete(path, headers=merchant)).status_code == 404
    unknown = await client.put(f"/synonyms/{new_id()}", json=body, headers=merchant)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "synonym_not_found")
