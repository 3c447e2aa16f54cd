"""Narrowing what a search found, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deployments.products.contract import Rating
from tests.service.search.catalogue import FakeCatalogue, product_id

_LAMPS = {
    "Desk lamp Arc": ("Black", "Steel", 4.6),
    "Floor lamp Reed": ("Brown", "Oak", 3.2),
    "Bedside lamp": ("black", "Steel", None),
}


@pytest.fixture
async def lamps(
    client: httpx.AsyncClient, catalogue: FakeCatalogue, operator: dict[str, str]
) -> httpx.AsyncClient:
    """A shop of a few products; three lamps have attributes, two of them a rating."""
    ids = []
    for product in list(catalogue.products.values())[40:46]:
        colour, material, stars = _LAMPS.get(product.title, ("", "", None))
        catalogue.products[product.id] = product.model_copy(
            update={
                "attributes": {"Colour": colour, "Material": material} if colour else {},
                "rating": Rating(average=stars, count=3 if stars else 0),
            }
        )
        ids.append(str(product.id))
    await client.post("/index", json={"product_ids": ids}, headers=operator)
    return client


async def search(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/search", params={"query": "lamp", **parameters})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def titles(found: dict[str, Any]) -> set[str]:
    return {item["product"]["title"] for item in found["items"]}


def facet(found: dict[str, Any], field: str, name: str = "") -> dict[str, int]:
    return {
        value["value"]: value["count"]
        for facet in found["facets"]
        if (facet["field"], facet["name"]) == (field, name)
        for value in facet["values"]
    }


async def test_attributes_any_value_of_a_name_and_every_name(lamps: httpx.AsyncClient) -> None:
    assert titles(await search(lamps, attr=["Colour:BLACK"])) == {"Desk lamp Arc", "Bedside lamp"}
    both = await search(lamps, attr=["colour:Black", "colour:Brown", "Material: oak"])
    assert titles(both) == {"Floor lamp Reed"}
    assert titles(await search(lamps, attr=["Colour:Black", "Material:Oak"])) == set()


async def test_a_chosen_value_leaves_the_others_of_its_facet_to_choose(
    lamps: httpx.AsyncClient,
) -> None:
    found = await search(lamps, attr=["Colour:Brown"])
    assert titles(found) == {"Floor lamp Reed"}
    assert facet(found, "attr", "Colour") == {"Colour:Black": 2, "Colour:Brown": 1}
    assert found["prices"] == {"min": 14900, "max": 14900, "currency": "EUR"}
    found = await search(lamps, rating_min=4)
    assert titles(found) == {"Desk lamp Arc"}
    assert facet(found, "rating_min") == {"4": 1, "3": 2, "2": 2, "1": 2}
    assert found["items"][0]["product"]["rating"] == {"average": 4.6, "count": 3}


async def test_a_rating_follows_without_a_new_version(
    lamps: httpx.AsyncClient, catalogue: FakeCatalogue, operator: dict[str, str]
) -> None:
    identity = product_id("Bedside lamp")
    product = catalogue.products[identity]
    catalogue.products[identity] = product.model_copy(
        update={"rating": Rating(average=5.0, count=1)}
    )
    await lamps.post("/index", json={"product_ids": [str(identity)]}, headers=operator)
    assert titles(await search(lamps, rating_min=5)) == {"Bedside lamp"}


@pytest.mark.parametrize("wrong", ["Colour", ":red", "Colour:", "a\x00:b", "x" * 700 + ":y"])
async def test_a_malformed_attribute_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    answer = await client.get("/search", params={"query": "lamp", "attr": wrong})
    assert answer.status_code == 422
    assert (await client.get("/search?query=lamp&rating_min=6")).status_code == 422
