"""Coupons, changed prices and saved addresses on the way to an order."""

from __future__ import annotations

from typing import Any

from deployments.auth.contract import SavedAddress
from deployments.cart.contract import CouponRequest
from deployments.shared.ids import new_id
from webapp.session import Session
from webapp.state.basket import Basket
from webapp.state.checkout import Checkout

from .conftest import Browser, redirects, run
from .fake_desk import add_coupon
from .fake_world import World
from .test_checkout import ADDRESS, _checkout, _with_bottle


def _coupon(world: World, code: str = "TEN", **changes: Any) -> None:
    values: dict[str, Any] = {"code": code, "kind": "percentage", "value": 10}
    add_coupon(world, CouponRequest(**(values | changes)))


async def test_a_coupon_is_applied_and_taken_off(browser: Browser, world: World) -> None:
    _coupon(world, description="10 % off")
    await _with_bottle(browser)
    basket = await browser.state(Basket)
    await run(basket.apply_coupon({"code": " ten "}))
    assert (basket.coupon.code, basket.coupon.discount) == ("TEN", "−€2.49")
    assert basket.coupon.description == "10 % off"
    await run(basket.remove_coupon())
    assert basket.coupon.code == ""


async def test_what_is_wrong_with_a_code_is_said_beside_it(browser: Browser, world: World) -> None:
    _coupon(world, "BIG", min_subtotal=10000)
    await _with_bottle(browser)
    basket = await browser.state(Basket)
    await run(basket.apply_coupon({"code": ""}))
    assert basket.coupon_error == "Enter the code of your coupon."
    await run(basket.apply_coupon({"code": "NOPE"}))
    assert "don't know this code" in basket.coupon_error
    await run(basket.apply_coupon({"code": "BIG"}))
    assert basket.coupon_error == "BIG is for orders from €100.00."
    assert (basket.error, basket.coupon.code) == ("", "")


async def test_a_coupon_that_stopped_counting_is_a_problem_of_the_cart(
    browser: Browser, world: World
) -> None:
    _coupon(world)
    await _with_bottle(browser)
    basket = await browser.state(Basket)
    await run(basket.apply_coupon({"code": "TEN"}))
    world.coupons["TEN"].min_subtotal = 9900
    await run(basket.reload())
    assert "from €99.00" in basket.coupon.problem
    assert basket.has_problems


async def test_new_prices_are_shown_and_accepted_together(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    basket = await browser.state(Basket)
    line = next(iter(world.carts.values())).lines
    world.changed_prices = {variant: 1990 for variant, _ in line.values()}
    await run(basket.reload())
    assert basket.lines[0].problem == "The price has risen from €19.90 to €24.90."
    assert basket.has_new_prices
    await run(basket.accept_prices())
    assert (basket.has_problems, basket.has_new_prices) == (False, False)


async def test_a_coupon_at_checkout_changes_the_total(browser: Browser, world: World) -> None:
    _coupon(world)
    await _with_bottle(browser)
    page = await _checkout(browser)
    await run(page.apply_coupon({"code": "TEN"}))
    assert (page.totals.discount, page.totals.total) == ("−€2.49", "€27.31")
    await run(page.remove_coupon())
    assert page.totals.total == "€29.80"


async def test_a_free_order_needs_no_card(browser: Browser, world: World) -> None:
    _coupon(world, "GIFT", value=100)
    world.free_delivery = True
    await _with_bottle(browser)
    page = await _checkout(browser)
    assert not page.free
    await run(page.apply_coupon({"code": "GIFT"}))
    assert (page.free, page.totals.total) == (True, "€0.00")
    (address,) = redirects(await run(page.place(ADDRESS)))
    assert address.startswith("/order/")


async def test_saved_addresses_are_offered_and_used(browser: Browser, world: World) -> None:
    saved = SavedAddress(
        id=new_id(),
        name="Ada King",
        line1="Ring 2",
        line2="",
        city="Wien",
        postal_code="1010",
        region="",
        country="AT",
        is_default=True,
    )
    world.addresses[saved.id] = saved
    await _with_bottle(browser)
    page = await _checkout(browser)
    assert (page.chosen, page.country) == (str(saved.id), "AT")
    assert redirects(await run(page.place({"email": "ada@example.com"})))
    (order,) = world.orders.values()
    assert (order.shipping_address.city, order.shipping_address.country) == ("Wien", "AT")


async def test_a_typed_address_is_saved_when_asked_for(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    assert page.chosen == ""
    await run(page.place(ADDRESS | {"save_address": "on"}))
    (address,) = world.addresses.values()
    assert (address.line1, address.country) == ("Hauptstraße 1", "DE")


async def test_an_address_book_that_is_away_stops_no_order(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    browser.go("/checkout")
    page = await browser.state(Checkout)
    world.down = {"auth"}
    await run(page.load())
    assert (page.saved, page.error) == ([], "")
    assert redirects(await run(page.place(ADDRESS | {"save_address": "on"})))


async def test_an_order_carries_the_visit_and_the_total_that_was_seen(
    browser: Browser, world: World
) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    page._total = 1
    await run(page.place(ADDRESS))
    assert "total has changed" in page.error
    assert page._total == 2980, "the new total is shown for the next try"
    assert redirects(await run(page.place(ADDRESS)))
    assert [str(visit) for visit in world.sessions] == [(await browser.state(Session)).visit]


async def test_an_attempt_keeps_its_visit_over_an_outage(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    world.down = {"cart"}
    await run(page.place(ADDRESS))
    session = await browser.state(Session)
    visit, session.visit = session.visit, ""
    world.down = set()
    await run(page.place(ADDRESS))
    assert [str(known) for known in world.sessions] == [visit]
