"""What the states do when a visitor looks around and fills a cart."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.analytics.contract import ProductSearched
from deployments.shared.ids import new_id
from webapp.session import Session
from webapp.state.account import Door
from webapp.state.basket import Basket, refresh
from webapp.state.catalogue import Catalogue
from webapp.state.home import Home
from webapp.state.product import Product
from webapp.state.shop import Shop
from webapp.visit_events import record

from .conftest import Browser, redirects, run
from .fake_world import PASSWORD, World

BOTTLE = "/p/trail-bottle-750-ml"


async def _product(browser: Browser, address: str = BOTTLE) -> Any:
    browser.go(address)
    page = await browser.state(Product)
    await run(page.load())
    return page


async def test_the_home_page_shows_departments_and_products(browser: Browser) -> None:
    browser.go("/")
    page = await browser.state(Home)
    await run(page.load())
    assert len(page.tiles) == 8
    assert all(tile.image for tile in page.tiles)
    assert len(page.popular) == len(page.newest) == 8
    assert page.newest[0].title == "Wool scarf"


async def test_the_home_page_does_without_analytics(browser: Browser, world: World) -> None:
    world.down = {"analytics"}
    browser.go("/")
    page = await browser.state(Home)
    await run(page.load())
    assert page.popular == []
    assert page.newest
    assert page.error == ""


async def test_the_home_page_says_when_the_catalogue_is_away(
    browser: Browser, world: World
) -> None:
    world.down = {"products", "analytics"}
    browser.go("/")
    page = await browser.state(Home)
    await run(page.load())
    assert "try again" in page.error
    assert not page.loading


async def test_a_list_shows_what_its_address_says(browser: Browser) -> None:
    browser.go("/category/kitchen?min=35&sort=price_asc")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert page.title == "Kitchen"
    assert [card.title for card in page.items] == ["Stovetop coffee maker", "Cast-iron pan 26 cm"]
    assert [chip.label for chip in page.chips] == ["€35 and more"]
    assert [choice.label for choice in page.choices.brands] == ["Brasa"]


async def test_filters_change_the_address(browser: Browser) -> None:
    browser.go("/category/kitchen")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert redirects(await run(page.filter_brand("Brasa"))) == ["/category/kitchen?brand=Brasa"]
    assert redirects(await run(page.toggle_stock())) == ["/category/kitchen?stock=1"]
    assert redirects(await run(page.sort_by("title"))) == ["/category/kitchen?sort=title"]
    prices = await run(page.filter_price({"min": "5", "max": "nonsense"}))
    assert redirects(prices) == ["/category/kitchen?min=5"]


async def test_an_unknown_category_is_not_found(browser: Browser) -> None:
    browser.go("/category/spaceships")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert page.missing


async def test_more_products_come_after_the_first_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.state.catalogue.PAGE_SIZE", 10)
    browser.go("/products")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert (len(page.items), page.has_more, page.summary) == (10, True, "18 products")
    await run(page.load_more())
    assert (len(page.items), page.has_more, page.summary) == (18, False, "18 products")
    assert [card.position for card in page.items] == list(range(1, 19))


async def test_a_search_is_reported_once_and_a_click_with_its_position(
    browser: Browser, world: World
) -> None:
    browser.go("/search?q=keep+coffee+hot+on+a+hike")
    page = await browser.state(Catalogue)
    await run(page.load())
    hit = page.items[1]
    await run(page.clicked(hit.id, hit.position))
    await _sent()
    searched, clicked = world.events
    assert (searched["type"], searched["result_count"]) == ("product_search", 3)
    assert (clicked["type"], clicked["position"]) == ("search_click", 2)
    assert searched["session_id"] == clicked["session_id"]


async def _sent() -> None:
    import asyncio

    from webapp.visit_events import _sending

    await asyncio.gather(*_sending)


async def test_a_search_by_words_only_says_so(browser: Browser) -> None:
    browser.go("/search?q=slow")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert page.answer.by_words


async def test_a_search_without_words_asks_nothing(browser: Browser, world: World) -> None:
    browser.go("/search?q=+")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert page.items == []
    assert not any("/ai/" in call for call in world.calls)


async def test_a_list_that_cannot_be_had_says_what_to_do(browser: Browser, world: World) -> None:
    browser.go("/search?q=tent")
    world.down = {"ai"}
    page = await browser.state(Catalogue)
    await run(page.load())
    assert "try again" in page.error
    assert not page.loading


async def test_a_product_page_opens_with_something_to_buy(browser: Browser, world: World) -> None:
    page = await _product(browser)
    assert (page.title, page.price, page.was, page.off) == (
        "Trail bottle 750 ml", "€24.90", "€29.90", "−17%",
    )  # fmt: skip
    assert page.stock == "Only 3 left"
    assert [crumb.label for crumb in page.crumbs] == ["Home", "Outdoor", "Camping"]
    assert page.comparison.headline == "Our price is the 2nd lowest of 4 shops"
    assert len(page.similar) == 7
    await _sent()
    assert [event["type"] for event in world.events] == ["product_view"]


async def test_a_product_page_does_without_search(browser: Browser, world: World) -> None:
    world.down = {"ai", "analytics"}
    page = await _product(browser)
    assert page.title == "Trail bottle 750 ml"
    assert page.comparison.rows == page.similar == []


async def test_an_unknown_product_is_not_found(browser: Browser) -> None:
    assert (await _product(browser, "/p/no-such-thing")).missing


async def test_a_sold_out_variant_cannot_be_put_in_the_cart(browser: Browser) -> None:
    page = await _product(browser)
    await run(page.choose_option("Size", "750 ml"))
    assert (page.stock, page.sold_out) == ("Sold out", True)
    await run(page.add_to_cart())
    assert page.add_error
    assert (await browser.state(Basket)).count == 0


async def test_quantity_stays_between_one_and_what_is_there(browser: Browser) -> None:
    page = await _product(browser)
    await run(page.change_quantity(-1))
    assert page.quantity == 1
    await run(page.change_quantity(1_000_000))
    assert page.quantity == page.most == 3


async def test_a_guest_fills_a_cart_and_takes_it_along_when_signing_in(
    browser: Browser, world: World
) -> None:
    page = await _product(browser)
    await run(page.change_quantity(1))
    await run(page.add_to_cart())
    basket, session = await browser.state(Basket), await browser.state(Session)
    assert (basket.count, basket.subtotal) == (2, "€49.80")
    assert session.cart_token.startswith("guest-")

    browser.go("/sign-in?next=/checkout")
    door = await browser.state(Door)
    events = await run(door.sign_in({"email": "shopper@example.com", "password": PASSWORD}))
    assert redirects(events) == ["/checkout"]
    assert (session.signed_in, session.cart_token, basket.count) == (True, "", 2)
    assert not any(token.startswith("guest-") for token in world.carts)


async def test_a_line_is_changed_and_removed(browser: Browser) -> None:
    await run((await _product(browser)).add_to_cart())
    basket = await browser.state(Basket)
    await run(basket.change(basket.lines[0].id, 3))
    assert (basket.lines[0].total, basket.busy) == ("€74.70", False)
    await run(basket.change(basket.lines[0].id, 0))
    assert (basket.lines, basket.count) == ([], 0)


async def test_a_line_that_is_short_of_stock_says_so(browser: Browser) -> None:
    await run((await _product(browser)).add_to_cart())
    basket = await browser.state(Basket)
    await run(basket.change(basket.lines[0].id, 50))
    assert basket.lines[0].problem == "Only 3 left. Take fewer to go on."
    assert basket.has_problems


async def test_a_cart_without_live_prices_says_so(browser: Browser, world: World) -> None:
    await run((await _product(browser)).add_to_cart())
    basket = await browser.state(Basket)
    world.stale = True
    await refresh(basket)
    assert not basket.live
    assert basket.lines[0].most == 999


async def test_an_event_analytics_would_refuse_breaks_nothing(world: World) -> None:
    record(ProductSearched, session_id=new_id(), query="x" * 301, result_count=-1)
    assert world.events == []


async def test_a_cart_service_that_is_away_empties_no_cart(browser: Browser, world: World) -> None:
    await run((await _product(browser)).add_to_cart())
    basket = await browser.state(Basket)
    world.down = {"cart"}
    await refresh(basket)
    assert basket.count == 1
    assert "try again" in basket.error


async def test_the_header_knows_the_departments_and_the_query(browser: Browser) -> None:
    browser.go("/search?q=warm+scarf")
    header = await browser.state(Shop)
    await run(header.arrive())
    assert header.query == "warm scarf"
    assert [top.name for top in header.departments][:2] == ["Clothing", "Home"]
    assert redirects(await run(header.search({"q": "  wool   hat "}))) == ["/search?q=wool+hat"]
