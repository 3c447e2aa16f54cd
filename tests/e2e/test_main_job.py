"""What the store is for, in a real browser: find by meaning, compare, pay, see it in figures."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, expect

from deployments.sandbox.demo.accounts import DEMO_ACCOUNTS
from tests.e2e.conftest import SHOTS, Shopper
from tests.stack_fixture import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

WISH = "something to keep coffee hot on a hike"
PASSWORD = "a long walk in the hills"
GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
AUTHENTICATED_CARD = "4000 0025 0000 3155"
ANALYST = next(account for account in DEMO_ACCOUNTS if account.roles[0] == "analyst")


def register(page: Page) -> str:
    email = f"{secrets.token_hex(6)}@example.com"
    page.goto("/register")
    page.get_by_label("Name", exact=True).fill("Hanna Hiker")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page).not_to_have_url(re.compile("/register"))
    # The address changes a moment before the page does.
    expect(page.get_by_role("heading", name="Create your account")).to_have_count(0)
    return email


def search(page: Page, words: str) -> None:
    box = page.get_by_role("search").get_by_role("combobox").first
    box.fill(words)
    box.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(f"/search?q={quote_plus(words)}")))
    expect(page.get_by_test_id("product-card").first).to_be_visible()


def open_first_result(page: Page) -> str:
    page.get_by_test_id("product-card").first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/p/"))
    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def choose_variant(page: Page) -> None:
    """Take the last value of each option that is not sold out."""
    for option in page.get_by_role("main").locator("fieldset:has(button[aria-pressed])").all():
        choice = option.locator("button[aria-pressed]:not([aria-label*='sold out'])").last
        choice.click()
        expect(choice).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("stock")).not_to_contain_text("Sold out")


def add_to_cart(page: Page) -> None:
    page.get_by_role("button", name="Add to cart").first.click()
    expect(page.get_by_test_id("cart-drawer")).to_be_visible()
    expect(page.get_by_test_id("cart-count").first).to_have_text("1")


def fill_address(page: Page) -> None:
    page.goto("/checkout")
    page.get_by_label("Full name").fill("Hanna Hiker")
    page.get_by_label("Street and number").fill("Waldweg 7")
    page.get_by_label("Postal code").fill("70173")
    page.get_by_label("Town or city").fill("Stuttgart")
    button = page.get_by_role("button", name="Continue to payment")
    expect(button).to_be_enabled()
    button.click()
    expect(page).to_have_url(re.compile("/checkout/pay/"))


def pay(page: Page, card: str) -> None:
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expiry date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Hanna Hiker")
    page.get_by_role("button", name=re.compile("[Pp]ay")).click()


def expect_paid(page: Page) -> str:
    expect(page).to_have_url(re.compile("/order/"))
    expect(page.get_by_test_id("order-status")).to_have_attribute(
        "data-status", re.compile("paid|stock_committed"), timeout=60_000
    )
    return page.get_by_test_id("order-number").inner_text()


def test_find_by_meaning_compare_pay_and_see_it_in_the_dashboard(
    shopper: Shopper, stack: Stack
) -> None:
    page = shopper.page
    page.goto("/")
    expect(page.get_by_test_id("product-card").first).to_be_visible()
    shopper.look("home")
    register(page)

    search(page, WISH)
    shopper.look("search")
    titles = page.get_by_test_id("product-card").get_by_role("heading").all_inner_texts()
    # No result holds the words; the meaning found them.
    assert not any({"coffee", "hike"} <= set(title.lower().split()) for title in titles)
    title = open_first_result(page)
    assert any(word in title.lower() for word in ("mug", "flask", "bottle", "thermos"))

    expect(page.get_by_test_id("price-comparison")).to_be_visible()
    assert page.get_by_test_id("offer").count() >= 2
    shopper.look("product")
    choose_variant(page)
    add_to_cart(page)
    shopper.look("cart")

    fill_address(page)
    shopper.look("payment")
    pay(page, GOOD_CARD)
    number = expect_paid(page)
    shopper.look("paid")

    page.reload()
    assert expect_paid(page) == number
    page.goto("/account/orders")
    expect(page.get_by_test_id("order-row").first).to_contain_text(number)
    shopper.look("orders")

    _expect_in_dashboard(shopper, stack, title)


def _expect_in_dashboard(shopper: Shopper, stack: Stack, title: str) -> None:
    context = shopper.page.context.browser.new_context(  # type: ignore[union-attr]
        viewport={"width": 1440, "height": 1400}
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(stack.layout.dashboards_url)
    page.get_by_label("E-mail").fill(ANALYST.email)
    page.get_by_role("textbox", name="Password").fill(ANALYST.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Includes demo data").first).to_be_visible()
    expect(page.get_by_test_id("stMetric").last).to_be_visible()
    page.locator("[role=gridcell]").first.wait_for(state="attached")
    page.screenshot(path=SHOTS / "dashboard.png")
    page.get_by_role("radio", name="Without demo").click()
    expect(page.get_by_text("Includes demo data")).to_have_count(0)
    # Tables are drawn on a canvas; their accessible copy holds the text.
    page.locator("[role=gridcell]", has_text=title).first.wait_for(state="attached")
    page.screenshot(path=SHOTS / "dashboard-without-demo.png")
    context.close()


def test_a_declined_card_is_told_and_another_one_pays(shopper: Shopper) -> None:
    page = shopper.page
    register(page)
    search(page, "warm socks")
    open_first_result(page)
    choose_variant(page)
    add_to_cart(page)
    fill_address(page)
    pay(page, DECLINED_CARD)
    expect(page.get_by_test_id("payment-declined")).to_be_visible()
    shopper.look("declined")
    pay(page, GOOD_CARD)
    expect_paid(page)


def test_a_card_that_needs_authentication_pays_after_it(shopper: Shopper) -> None:
    page = shopper.page
    register(page)
    search(page, "lamp for reading in bed")
    open_first_result(page)
    choose_variant(page)
    add_to_cart(page)
    fill_address(page)
    pay(page, AUTHENTICATED_CARD)
    expect(page).to_have_url(re.compile("/3ds/"))
    shopper.look("authentication")
    page.get_by_role("button", name="Approve").click()
    expect_paid(page)


def test_signing_in_survives_a_reload_and_signing_out_ends_it(shopper: Shopper) -> None:
    page = shopper.page
    register(page)
    page.reload()
    expect(page.get_by_test_id("account-link")).to_contain_text("Hanna")
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_test_id("account-link")).to_contain_text("Sign in")
    page.goto("/account/orders")
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "path", ["/", "/products", "/search?q=gift", "/cart", "/sign-in", "/account/forgot"]
)
def test_no_page_is_wider_than_the_screen(shopper: Shopper, path: str, width: int) -> None:
    page = shopper.page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path)
    expect(page.get_by_role("main")).to_be_visible()
    page.wait_for_load_state("networkidle")
    shopper.look("page")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
