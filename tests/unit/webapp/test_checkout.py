"""From the cart to a paid order."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.state.account import Account
from webapp.state.basket import Basket
from webapp.state.checkout import Checkout, check
from webapp.state.order import OrderPage
from webapp.state.payment import Payment
from webapp.state.product import Product

from .conftest import Browser, redirects, run
from .fake_world import World
from .test_account import signed_in

ADDRESS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "line1": "Hauptstraße 1",
    "line2": "",
    "postal_code": "10115",
    "city": "Berlin",
    "delivery": "standard",
}


async def _with_bottle(browser: Browser) -> None:
    await signed_in(browser)
    browser.go("/p/trail-bottle-750-ml")
    product = await browser.state(Product)
    await run(product.load())
    await run(product.add_to_cart())


async def _checkout(browser: Browser) -> Any:
    browser.go("/checkout")
    page = await browser.state(Checkout)
    await run(page.load())
    return page


async def _order(browser: Browser) -> str:
    await _with_bottle(browser)
    (address,) = redirects(await run((await _checkout(browser)).place(ADDRESS)))
    return address


async def _payment(browser: Browser) -> Any:
    browser.go(await _order(browser))
    page = await browser.state(Payment)
    await run(page.load())
    return page


async def test_a_guest_signs_in_before_checking_out(browser: Browser) -> None:
    browser.go("/checkout")
    page = await browser.state(Checkout)
    assert redirects(await run(page.load())) == ["/sign-in?next=/checkout"]


async def test_an_empty_cart_has_no_checkout(browser: Browser) -> None:
    await signed_in(browser)
    browser.go("/checkout")
    page = await browser.state(Checkout)
    assert redirects(await run(page.load())) == ["/cart"]


async def test_delivery_changes_the_total(browser: Browser) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    assert (page.method, page.totals.shipping, page.totals.total) == (
        "standard", "€4.90", "€29.80",
    )  # fmt: skip
    await run(page.set_method("express"))
    assert page.totals.total == "€37.80"
    assert not page.quoting


async def test_a_country_the_store_does_not_offer_is_not_taken(browser: Browser) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    await run(page.set_country("KP"))
    assert page.country == "DE"


@pytest.mark.parametrize("missing", ["email", "name", "line1", "postal_code", "city"])
def test_what_is_missing_is_named(missing: str) -> None:
    assert check({**ADDRESS, missing: ""})[0] == missing
    assert check(ADDRESS) == ("", "")


async def test_an_address_that_cannot_be_printed_is_asked_for_again(
    browser: Browser, world: World
) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    await run(page.place(ADDRESS | {"city": "Ber\x07lin"}))
    assert "by hand" in page.error
    assert not page.busy
    assert world.orders == {}


async def test_an_order_is_made_once_however_often_the_button_is_pressed(
    browser: Browser, world: World
) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    first = await run(page.place(ADDRESS))
    second = await run(page.place(ADDRESS))
    assert len(redirects(first)) == 1
    assert redirects(second) == []
    assert len(world.orders) == 1
    assert world.calls.count("POST /cart/checkout") == 1


async def test_after_an_outage_the_same_attempt_goes_on(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    world.down = {"cart"}
    await run(page.place(ADDRESS))
    assert "try again" in page.error
    key = page._key
    world.down = set()
    assert redirects(await run(page.place(ADDRESS)))
    assert list(world.keys) == [key]


async def test_another_address_is_another_attempt(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    world.down = {"cart"}
    await run(page.place(ADDRESS))
    key = page._key
    await run(page.place(ADDRESS | {"city": "Hamburg"}))
    assert page._key != key


async def test_a_cart_that_changed_elsewhere_is_shown_again(browser: Browser, world: World) -> None:
    await _with_bottle(browser)
    page = await _checkout(browser)
    next(iter(world.carts.values())).version += 1
    assert redirects(await run(page.place(ADDRESS))) == []
    assert page.cart_problem
    assert "changed" in page.error
    assert redirects(await run(page.place(ADDRESS)))


async def test_paying_sends_the_card_from_the_browser_only(browser: Browser) -> None:
    page = await _payment(browser)
    (event,) = await run(page.pay())
    script = str(event.args[0][1])
    assert "http://127.0.0.1:8090/v1/payment_methods" in script
    assert page.busy


async def test_a_good_card_leads_to_the_order(browser: Browser, world: World) -> None:
    page = await _payment(browser)
    world.cards["pm_good"] = "4242424242424242"
    await run(page.pay())
    (address,) = redirects(await run(page.card_ready({"id": "pm_good"})))
    assert address == f"/order/{page.order.id}"

    browser.go(address)
    order = await browser.state(OrderPage)
    await run(order.load())
    assert order.order.is_paid
    assert (await browser.state(Basket)).count == 0

    browser.go("/account/orders")
    account = await browser.state(Account)
    await run(account.load())
    assert [row.status for row in account.orders] == ["Being prepared"]


async def test_a_declined_card_can_be_followed_by_another(browser: Browser, world: World) -> None:
    page = await _payment(browser)
    world.cards |= {"pm_bad": "4000000000000002", "pm_good": "4242424242424242"}
    await run(page.pay())
    assert redirects(await run(page.card_ready({"id": "pm_bad"}))) == []
    assert (page.declined, page.error, page.busy) == (True, "Your card was declined.", False)

    await run(page.pay())
    assert page.error == ""
    assert redirects(await run(page.card_ready({"id": "pm_good"})))
    assert len(world.payments) == 1


async def test_a_card_that_asks_for_authentication_leads_to_the_bank_and_back(
    browser: Browser, world: World
) -> None:
    page = await _payment(browser)
    world.cards["pm_ask"] = "4000002500003155"
    await run(page.pay())
    (bank,) = redirects(await run(page.card_ready({"id": "pm_ask"})))
    assert "/3ds/" in bank
    assert bank.endswith(f"back=http://store.test/order/{page.order.id}")


async def test_a_card_the_browser_refuses_is_not_confirmed(browser: Browser, world: World) -> None:
    page = await _payment(browser)
    await run(page.pay())
    await run(page.card_ready({"error": "Check the card number.", "field": "number"}))
    assert (page.error, page.wrong, page.busy) == ("Check the card number.", "number", False)
    assert "POST /payments/confirm" not in world.calls


@pytest.mark.parametrize("token", ["", "4242424242424242", "pm_<script>", None, {"a": 1}])
async def test_only_a_token_is_passed_on(browser: Browser, world: World, token: Any) -> None:
    page = await _payment(browser)
    await run(page.pay())
    await run(page.card_ready({"id": token}))
    assert page.error
    assert "POST /payments/confirm" not in world.calls


async def test_an_order_that_is_paid_asks_for_no_card(browser: Browser, world: World) -> None:
    page = await _payment(browser)
    world.cards["pm_good"] = "4242424242424242"
    await run(page.pay())
    await run(page.card_ready({"id": "pm_good"}))
    browser.go(f"/checkout/pay/{page.order.id}")
    assert redirects(await run(page.load())) == [f"/order/{page.order.id}"]


async def test_anothers_order_is_not_found(browser: Browser, world: World) -> None:
    address = await _order(browser)
    world.owners.clear()
    browser.go(address)
    page = await browser.state(Payment)
    await run(page.load())
    assert page.missing
    browser.go("/order/not-an-id")
    order = await browser.state(OrderPage)
    await run(order.load())
    assert order.missing


async def test_an_unpaid_order_can_be_paid_later_or_cancelled(browser: Browser) -> None:
    address = await _order(browser)
    browser.go("/order/" + address.rsplit("/", 1)[-1])
    page = await browser.state(OrderPage)
    await run(page.load())
    assert page.payment_open
    await run(page.cancel())
    assert page.order.status == "cancelled"
    assert page.steps[-1].state == "stopped"
