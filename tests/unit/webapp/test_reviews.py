"""Ratings, reviews and facets."""

from __future__ import annotations

from typing import Any

from deployments.products.contract import Rating, RatingSummary, ReviewInput
from webapp.review_views import RatingView, Stars
from webapp.state.catalogue import Catalogue
from webapp.state.product import Product
from webapp.state.reviews import Reviews

from .conftest import Browser, redirects, run
from .fake_reviews import add_review
from .fake_world import World, identity
from .test_account import signed_in

BOTTLE = identity("trail-bottle-750-ml")


async def _page(browser: Browser, query: str = "") -> Any:
    browser.go("/p/trail-bottle-750-ml" + query)
    product = await browser.state(Product)
    await run(product.load())
    return await browser.state(Reviews)


def _others(world: World, *stars: int) -> None:
    author = world.accounts["merchant@example.com"][0].id
    for number in stars:
        review = ReviewInput(stars=number, title=f"{number} stars", text="One.\n\nTwo.")
        add_review(world, BOTTLE, author, review, state="published")


def test_stars_are_filled_to_the_average() -> None:
    assert Stars.of(Rating(average=4.35, count=1204)) == Stars("87%", "4.3", "1,204")
    assert Stars.of(Rating()) == Stars()


def test_the_distribution_goes_from_five_stars_down() -> None:
    summary = RatingSummary(average=4.0, count=4, distribution={1: 1, 2: 0, 3: 0, 4: 0, 5: 3})
    view = RatingView.of(summary)
    assert [(bar.stars, bar.width) for bar in view.bars][::4] == [(5, "75%"), (1, "25%")]
    assert view.count == "4 reviews"


async def test_a_product_shows_what_customers_say(browser: Browser, world: World) -> None:
    _others(world, 5, 2)
    page = await _page(browser)
    assert [review.title for review in page.reviews] == ["2 stars", "5 stars"]
    assert page.reviews[0].paragraphs == ["One.", "Two."]
    assert (page.summary.stars.average, page.own.id) == ("3.5", "")


async def test_reviews_are_sorted_and_come_page_by_page(browser: Browser, world: World) -> None:
    _others(world, 1, 2, 3, 4, 5, 4, 3)
    page = await _page(browser)
    assert (len(page.reviews), page.has_more) == (6, True)
    await run(page.load_more())
    assert (len(page.reviews), page.has_more) == (7, False)
    await run(page.sort_by("highest"))
    assert [review.stars for review in page.reviews] == [5, 4, 4, 3, 3, 2]


async def test_a_product_is_shown_though_its_reviews_are_not(
    browser: Browser, world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr("deployments.products.contract.ProductsClient.reviews", _unavailable)
    page = await _page(browser)
    assert "try again" in page.error
    assert (await browser.state(Product)).title == "Trail bottle 750 ml"


async def _unavailable(*_: Any, **__: Any) -> None:
    from deployments.shared.errors import Unavailable

    raise Unavailable("products_unavailable", "no")


async def test_a_guest_signs_in_before_reviewing(browser: Browser) -> None:
    page = await _page(browser)
    assert redirects(await run(page.write())) == [
        "/sign-in?next=/p/trail-bottle-750-ml%3Freview%3D1"
    ]


async def test_a_buyer_writes_changes_and_deletes_a_review(browser: Browser, world: World) -> None:
    world.bought.add(BOTTLE)
    await signed_in(browser)
    page = await _page(browser)
    await run(page.write())
    assert page.suggested_name == "Ada L."
    await run(page.save({"review_title": "Good", "display_name": "Ada L."}))
    assert "how many stars" in page.form_error
    page.set_stars(4)
    await run(page.save({"review_title": "Good", "display_name": "Ada L."}))
    assert (page.own.stars, page.own.state) == (4, "Waiting to be checked")
    assert "checked" in page.done

    await run(page.write())
    assert page.stars == 4
    page.set_stars(2)
    await run(page.save({"review_text": "Leaks."}))
    assert [(r.stars, r.author) for r in world.reviews.values()] == [(2, "Verified customer")]
    await run(page.remove())
    assert (page.own.id, world.reviews) == ("", {})


async def test_who_did_not_buy_it_is_told_so(browser: Browser) -> None:
    await signed_in(browser)
    page = await _page(browser)
    await run(page.write())
    page.set_stars(5)
    await run(page.save({}))
    assert page.form_error == "Only customers who bought this here can review it."


async def test_an_order_leads_straight_to_the_form(browser: Browser) -> None:
    await signed_in(browser)
    browser.go("/p/trail-bottle-750-ml?review=1")
    product = await browser.state(Product)
    assert "write" in str((await run(product.load()))[-1])


async def test_an_old_address_leads_to_the_products_own(browser: Browser, monkeypatch: Any) -> None:
    product = (await _product_named(browser)).model_copy(update={"slug": "new-name"})

    async def by_slug(*_: Any) -> Any:
        return product

    monkeypatch.setattr("deployments.products.contract.ProductsClient.by_slug", by_slug)
    page = await browser.state(Product)
    assert redirects(await run(page.load())) == ["/p/new-name"]


async def _product_named(browser: Browser) -> Any:
    await _page(browser)
    return (await browser.state(Product))._product


async def test_a_list_offers_filters_with_counts(browser: Browser) -> None:
    browser.go("/category/kitchen?attr=Material:Steel&rating=4")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert [(c.label, c.count) for c in page.choices.brands] == [("Brasa", "3")]
    (group,) = page.choices.attributes
    assert [(c.label, c.count, c.selected) for c in group.choices] == [
        ("Steel", "3", True), ("Wood", "2", False),
    ]  # fmt: skip
    assert group.is_open
    assert [(c.label, c.selected) for c in page.choices.ratings] == [("4 stars and more", True)]
    assert page.choices.price_hint == "€32 – €45"
    assert [chip.label for chip in page.chips] == ["Material: Steel", "4 stars and more"]

    steel = page.chips[0]
    assert redirects(await run(page.remove(steel.kind, steel.value))) == [
        "/category/kitchen?rating=4"
    ]
    assert redirects(await run(page.filter_rating("4"))) == [
        "/category/kitchen?attr=Material%3ASteel"
    ]
    assert redirects(await run(page.filter_attribute("Material:Wood")))[0].endswith(
        "attr=Material%3ASteel&attr=Material%3AWood&rating=4"
    )


async def test_a_list_does_without_its_filters(browser: Browser, monkeypatch: Any) -> None:
    monkeypatch.setattr("deployments.products.contract.ProductsClient.facets", _unavailable)
    browser.go("/category/kitchen")
    page = await browser.state(Catalogue)
    await run(page.load())
    assert len(page.items) == 3
    assert (page.choices.brands, page.summary) == ([], "3 products")
