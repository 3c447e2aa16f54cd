"""What comes after an order, and before it when a password is lost: shopper and merchant."""

from __future__ import annotations

import re
import secrets
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shopper, sign_in
from tests.e2e.test_main_job import (
    GOOD_CARD,
    add_to_cart,
    choose_variant,
    expect_paid,
    fill_address,
    open_first_result,
    pay,
    register,
    search,
)
from tests.stack_fixture import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

NEW_PASSWORD = "an even longer walk in the hills"
TRACKING = "00340434161094022115"


def link_from_mail(stack: Stack, to: str, path: str) -> str:
    """The path and token of the link in the newest mail to somebody, when it has come."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        mails = httpx.get(f"{stack.layout.sandbox_url}/inbox/messages", params={"to": to}).json()
        for mail in mails:
            if found := re.search(rf"{re.escape(path)}\?token=\S+", mail["text"] or ""):
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no mail to {to} with a link to {path}")


def test_a_forgotten_password_is_replaced_by_mail(shopper: Shopper, stack: Stack) -> None:
    page = shopper.page
    email = register(page)
    expect(page.get_by_test_id("verify-banner")).to_be_visible()
    page.goto(link_from_mail(stack, email, "/account/verify"))
    expect(page.get_by_role("heading", name="Thank you, that is confirmed")).to_be_visible()
    expect(page.get_by_test_id("verify-banner")).to_have_count(0)
    shopper.look("verified")

    page.goto("/account")
    page.get_by_role("button", name="Sign out").locator("visible=true").first.click()
    expect(page.get_by_test_id("account-link")).to_contain_text("Sign in")
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    # The page before has a box of that name too.
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()

    page.goto(link_from_mail(stack, email, "/account/reset"))
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("heading", name="Your new password is set")).to_be_visible()
    shopper.look("reset")
    sign_in(page, email, NEW_PASSWORD)
    expect(page.get_by_test_id("account-link")).to_contain_text("Hanna")


def _make_coupon(page: Page) -> str:
    code = f"HIKE-{secrets.token_hex(3).upper()}"
    page.goto("/admin/coupons")
    page.get_by_role("button", name="New coupon").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Code").fill(code)
    form.get_by_label("Takes off").fill("10")
    form.get_by_label("Description").fill("10 % off for hikers")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("coupon-row").filter(has_text=code)).to_be_visible()
    return code


def test_a_coupon_a_parcel_and_a_refund(shopper: Shopper, merchant: Shopper) -> None:
    desk, page = merchant.page, shopper.page
    code = _make_coupon(desk)
    merchant.look("coupon")

    register(page)
    search(page, "something to keep coffee hot on a hike")
    open_first_result(page)
    choose_variant(page)
    add_to_cart(page)
    page.goto("/cart")
    page.get_by_label("Coupon code").fill(code.lower())
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_test_id("cart-discount")).to_be_visible()
    shopper.look("coupon")
    fill_address(page)
    pay(page, GOOD_CARD)
    number = expect_paid(page)
    order = page.url

    desk.goto(f"/admin?number={number}")
    desk.get_by_role("link", name=number).click()
    desk.get_by_role("button", name="Send the parcel").click()
    form = desk.get_by_role("dialog")
    form.get_by_label("Carrier").fill("DHL")
    form.get_by_label("Tracking number").fill(TRACKING)
    form.get_by_role("button", name="It is on its way").click()
    expect(desk.get_by_test_id("desk-status")).to_have_attribute("data-status", "fulfilled")
    merchant.look("sent")

    page.goto(order)
    expect(page.get_by_test_id("tracking-number")).to_have_text(TRACKING)
    shopper.look("sent")

    desk.get_by_role("button", name="Refund", exact=True).click()
    form = desk.get_by_role("dialog")
    form.get_by_label("Reason").fill("came back unopened")
    expect(form.get_by_test_id("refund-sum")).to_contain_text("€")
    form.get_by_role("button", name="Refund", exact=True).click()
    expect(desk.get_by_test_id("desk-refund")).to_be_visible()
    merchant.look("refunded")

    page.reload()
    expect(page.get_by_test_id("order-status")).to_have_attribute(
        "data-status", "refunded", timeout=30_000
    )
    expect(page.get_by_test_id("refund")).to_be_visible()
    shopper.look("refunded")


def test_the_back_office_is_closed_to_shoppers(shopper: Shopper) -> None:
    page = shopper.page
    register(page)
    expect(page.get_by_test_id("back-office-link")).to_have_count(0)
    page.goto("/admin")
    expect(page.get_by_test_id("forbidden")).to_be_visible()
    shopper.look("forbidden")
