"""Chromium on the run's stack; a screenshot of every step is kept, and one of each failure."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deployments.local.layout import REPOSITORY
from deployments.sandbox.demo.accounts import DEMO_ACCOUNTS
from tests.stack_fixture import Stack

MERCHANT = next(account for account in DEMO_ACCOUNTS if account.roles[0] == "merchant")
SHOTS = REPOSITORY / ".mercato" / "screenshots"
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# What a shopper would not wait for is told by the benchmarks, not here.
expect.set_options(timeout=15_000)


def _chromium() -> str:
    configured = os.environ.get("MERCATO_CHROMIUM")
    found = configured or next(
        filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None
    )
    if not found:
        pytest.fail("no Chromium: install the package chromium, or set MERCATO_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_FLAGS)
        yield browser
        browser.close()


class Shopper:
    """A person in front of the store, in a fresh browser profile."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self._name = name
        self._count = 0
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def look(self, what: str) -> Path:
        """Keep a screenshot of this moment."""
        self._count += 1
        path = SHOTS / f"{self._name}-{self._count:02}-{what}.png"
        self.page.screenshot(path=path)
        return path


@pytest.fixture
def shopper(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Shopper]:
    context = browser.new_context(
        base_url=stack.layout.store_url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    name = re.sub(r"\W+", "-", request.node.name)
    person = Shopper(page, name)
    yield person
    person.look("end")
    context.close()
    assert person.errors == []


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("/sign-in"))


@pytest.fixture
def merchant(browser: Browser, stack: Stack) -> Iterator[Shopper]:
    context = browser.new_context(
        base_url=stack.layout.store_url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(30_000)
    person = Shopper(context.new_page(), "merchant")
    sign_in(person.page, MERCHANT.email, MERCHANT.password)
    yield person
    person.look("end")
    context.close()
    assert person.errors == []
