"""What the states do when a visitor searches."""

from __future__ import annotations

import pytest

from webapp.state.catalogue import Catalogue
from webapp.state.suggestions import Suggestions

from .conftest import Browser, redirects, run
from .fake_world import World


async def _search(browser: Browser, address: str) -> Catalogue:
    browser.go(address)
    page: Catalogue = await browser.state(Catalogue)
    await run(page.load())
    return page


async def test_a_search_shows_what_was_understood_and_why_each_hit_is_there(
    browser: Browser,
) -> None:
    page = await _search(browser, "/search?q=bottel+under+30")
    assert page.title == "“bottle under 30”"
    assert page.answer.typed == "bottel under 30"
    assert [part.label for part in page.answer.understood] == ["Up to €30"]
    assert [card.why for card in page.items] == ["Close in meaning"]
    assert page.choices.brands[0].label == "Nordwind"
    literal = await _search(browser, page.answer.understood[0].href)
    assert literal.answer.understood == []
    assert len(literal.items) == 3


async def test_without_a_match_the_nearest_are_shown_with_what_was_given_up(
    browser: Browser,
) -> None:
    page = await _search(browser, "/search?q=hike+under+5")
    assert (page.items, page.summary, page.can_filter) == ([], "", False)
    assert page.answer.nearest.title == "Without “Up to €5”"
    assert len(page.answer.nearest.cards) == 3
    other = await _search(browser, "/search?q=zzz")
    assert other.answer.nearest.cards == []


async def test_other_filters_keep_the_list_in_sight_and_another_search_does_not(
    browser: Browser,
) -> None:
    page = await _search(browser, "/search?q=bottle")
    browser.go("/search?q=bottle&stock=1")
    loading = page.load()
    await anext(loading)
    assert (page.loading, page.refining) == (False, True)
    await run(loading)
    assert not page.refining
    browser.go("/search?q=scarf")
    loading = page.load()
    await anext(loading)
    assert (page.loading, page.choices.brands) == (True, [])
    await run(loading)


async def test_the_way_back_from_a_product_finds_the_list_as_it_was(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.state.catalogue.PAGE_SIZE", 10)
    page = await _search(browser, "/products")
    await run(page.load_more())
    await run(page.clicked(page.items[12].id, 13))
    world.calls.clear()
    await run(page.load())
    assert (len(page.items), world.calls) == (18, [])
    await run(page.load())
    assert len(page.items) == 10, "loaded again, it is the list as it is now"


async def test_filters_of_a_search_are_in_its_address(browser: Browser) -> None:
    page = await _search(browser, "/search?q=bottle&literal=x")
    (material,) = page.choices.attributes
    chosen = await run(page.filter_attribute(material.choices[0].value))
    assert redirects(chosen) == ["/search?q=bottle&attr=Material%3ASteel&literal=x"]
    assert redirects(await run(page.filter_rating("4"))) == ["/search?q=bottle&rating=4&literal=x"]


async def test_suggestions_come_while_typing(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.state.suggestions._SECONDS", 60)
    box = await browser.state(Suggestions)
    await run(box.suggest("  ca "))
    assert [group.kind for group in box.groups] == ["query", "category", "product"]
    assert box.count == 7
    await run(box.suggest("c"))
    assert box.groups == []


async def test_typing_goes_on_without_suggestions(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await browser.state(Suggestions)
    world.down = {"ai"}
    await run(box.suggest("bottle"))
    assert box.groups == []
    world.down = set()
    monkeypatch.setattr("webapp.state.suggestions._SECONDS", 0)
    await run(box.suggest("bottle"))
    assert box.groups == []
