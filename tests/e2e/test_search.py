"""Searching as shoppers do, and the synonyms that merchants keep for them."""

from __future__ import annotations

import re
import secrets
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Shopper
from tests.e2e.test_main_job import search

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SUMMARY = "result-summary"


def test_what_is_typed_is_suggested_understood_and_narrowed(shopper: Shopper) -> None:
    page = shopper.page
    page.goto("/")
    expect(page.get_by_test_id("product-card").first).to_be_visible()
    home = page.get_by_role("heading", level=1).text_content() or ""
    box = page.get_by_role("combobox", name="Search products").locator("visible=true")
    box.press_sequentially("tra", delay=30)
    hints = page.get_by_test_id("suggestion").locator("visible=true")
    expect(hints.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    shopper.look("suggestions")
    box.press("Escape")
    expect(hints).to_have_count(0)
    box.press("ArrowDown")
    expect(hints.first).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(page).to_have_url(re.compile("/(category|p|search)"))
    # The next page has its own search box, which is there with its heading.
    expect(page.get_by_role("heading", level=1)).not_to_have_text(home)

    search(page, "bag under 80")
    chip = page.get_by_test_id("query-chip").filter(has_text="Up to €80")
    expect(chip).to_be_visible()
    expect(page.get_by_test_id("why").first).to_be_visible()
    shopper.look("understood")
    found = page.get_by_test_id(SUMMARY).inner_text()
    _first_brand(page.get_by_role("complementary", name="Filters")).click()
    expect(page).to_have_url(re.compile("brand="))
    expect(page.get_by_role("button", name="Clear all")).to_be_visible()
    expect(page.get_by_test_id(SUMMARY)).not_to_have_text(found)
    shopper.look("narrowed")
    page.go_back()
    expect(page.get_by_test_id(SUMMARY)).to_have_text(found)
    chip.get_by_role("link").click()
    expect(page).to_have_url(re.compile("literal=under"))
    expect(chip).to_have_count(0)


def test_a_page_that_comes_takes_no_words_out_of_the_search_box(shopper: Shopper) -> None:
    page = shopper.page
    heading = page.get_by_role("heading", level=1)
    box = page.get_by_role("combobox", name="Search products").locator("visible=true")
    page.goto("/search?q=boots")
    expect(heading).to_have_text("“boots”")
    expect(box).to_have_value("boots")
    search(page, "lamp")
    expect(heading).to_have_text("“lamp”")
    box.press_sequentially(" for reading")
    page.go_back()
    expect(heading).to_have_text("“boots”")
    expect(box).to_have_value("lamp for reading")
    box.blur()
    page.go_forward()
    expect(heading).to_have_text("“lamp”")
    expect(box).to_have_value("lamp")
    # Enter leaves the shopper in the box, and going back shows what was asked there.
    search(page, "kettle")
    expect(heading).to_have_text("“kettle”")
    page.go_back()
    expect(heading).to_have_text("“lamp”")
    expect(box).to_have_value("lamp")


def _first_brand(filters: Locator) -> Locator:
    """What can be chosen together has a box in front of it."""
    box = filters.page.locator("span[aria-hidden=true].border")
    return filters.get_by_role("button", pressed=False).filter(has=box).first


def test_on_a_phone_a_slip_is_mended_and_nothing_good_is_said(shopper: Shopper) -> None:
    page = shopper.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/search?q=vacum+flask")
    expect(page.get_by_role("heading", level=1)).to_have_text("“vacuum flask”")
    shopper.look("corrected")
    page.get_by_test_id("corrected").get_by_role("link").click()
    expect(page).to_have_url(re.compile("literal=vacum"))
    expect(page.get_by_test_id("corrected")).to_have_count(0)

    page.goto("/search?q=boots+under+3")
    expect(page.get_by_test_id("no-match")).to_contain_text("Without “Up to €3”")
    expect(page.get_by_test_id("product-card").first).to_be_visible()
    shopper.look("nearest")

    page.goto("/search?q=boots")
    expect(page.get_by_test_id("product-card").first).to_be_visible()
    page.get_by_role("button", name="Filter").click()
    drawer = page.get_by_role("dialog", name="Filter")
    _first_brand(drawer).click()
    expect(page).to_have_url(re.compile("brand="))
    expect(drawer.get_by_role("button", pressed=True)).to_be_visible()
    shopper.look("drawer")
    drawer.get_by_role("button", name=re.compile("^Show ")).click()
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Clear all").click()
    expect(page).not_to_have_url(re.compile("brand="))


def test_a_synonym_of_a_merchant_is_known_to_the_search(merchant: Shopper) -> None:
    page = merchant.page
    word = f"wug{secrets.token_hex(3)}"
    page.goto("/admin/synonyms")
    page.get_by_role("button", name="New synonym").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Words, with commas").fill(word)
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("at least two")
    form.get_by_label("Words, with commas").fill(f"{word}, umbrella")
    form.get_by_role("button", name="Save").click()
    row = page.get_by_test_id("synonym-row").filter(has_text=word)
    expect(row).to_be_visible()
    expect(page.get_by_test_id("index-status")).to_contain_text("can be found")

    _try_until_found(page, word, "Umbrella")
    merchant.look("synonym")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def _try_until_found(page: Page, word: str, title: str) -> None:
    """Replicas learn of a synonym within seconds."""
    hit = page.get_by_test_id("tried-hit").filter(has_text=title)
    deadline = time.monotonic() + 30
    page.get_by_label("What a customer types").fill(word)
    while not hit.count() and time.monotonic() < deadline:
        page.get_by_role("button", name="Search", exact=True).click()
        page.wait_for_timeout(700)
    expect(hit.first).to_be_visible()
