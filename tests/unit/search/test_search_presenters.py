"""The JSON of an answer is what the contract says."""

from __future__ import annotations

import json
from uuid import UUID

from deployments.search.application.ports import IndexVersion
from deployments.search.application.search import Alternatives, Found, Hit
from deployments.search.contract import SearchResponse
from deployments.search.domain.facets import FacetCount, FacetCounts
from deployments.search.domain.understanding import Chip
from deployments.search.domain.why import Reason
from deployments.search.presentation.search_presenters import body

MONEY = {"amount": 2490, "currency": "EUR"}
CARD = json.dumps(
    {
        "id": str(UUID(int=1)),
        "slug": "lamp",
        "title": 'A "lamp" – 30 °',
        "price_from": MONEY,
        "price_to": MONEY,
        "in_stock": True,
    }
)
HIT = Hit(CARD, "EUR", 0.123456789, ("text", "meaning"), [Reason("title", 'a "lamp"\n')])


def read(found: Found) -> SearchResponse:
    values = json.loads(body(found, "relevance"))
    # Nothing is missing, nothing is said that the contract does not know.
    assert values.keys() == SearchResponse.model_fields.keys() - {"took_ms"}
    return SearchResponse.model_validate(values | {"took_ms": 1.0})


def test_everything_that_was_found_is_in_it() -> None:
    chip = Chip("price", "under 80", "under 80", (("price_max", "8000"),))
    found = Found(
        'a "lamp" under 80',
        'a "lamp"',
        "hybrid",
        corrected="a lamp",
        did_you_mean="lamb",
        chips=[chip],
        version=IndexVersion(3, "model", "active"),
        hits=[HIT],
        total=7,
        facets=[FacetCounts("attr", [FacetCount("Colour:Red", "Red", 2)], "Colour")],
        prices=(100, 200),
        next=(0, UUID(int=1)),
    )
    said = read(found)
    assert (said.query, said.searched) == ('a "lamp" under 80', 'a "lamp"')
    assert (said.corrected_query, said.did_you_mean) == ("a lamp", "lamb")
    assert said.chips[0].filters[0].value == "8000"
    assert said.index_version == "v3"
    (hit,) = said.items
    assert hit.product.title == 'A "lamp" – 30 °'
    assert (hit.score, hit.matched_by) == (0.123457, ["text", "meaning"])
    assert hit.why[0].text == 'a "lamp"\n'
    assert (said.total, said.facets[0].values[0].count) == (7, 2)
    assert said.prices is not None
    assert (said.prices.min, said.prices.max, said.prices.currency) == (100, 200, "EUR")
    assert said.next_cursor


def test_the_nearest_are_in_it_when_nothing_was_found() -> None:
    nearest = Alternatives((("price_max", "8000"),), "without “under 80”", [HIT, HIT], 2)
    said = read(Found("lamp", "lamp", "lexical", alternatives=nearest))
    assert (said.items, said.prices, said.index_version, said.mode) == ([], None, "none", "lexical")
    assert said.alternatives is not None
    assert said.alternatives.relaxed[0].name == "price_max"
    assert [hit.product.slug for hit in said.alternatives.items] == ["lamp", "lamp"]
