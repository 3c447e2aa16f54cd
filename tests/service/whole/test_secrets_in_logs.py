"""Runs after the other tests of this package: what they made the services log holds no secret."""

from __future__ import annotations

import json
import logging
import re
from urllib.parse import quote

import pytest
from sqlalchemy.exc import IntegrityError

from deployments.shared.ids import new_id
from tests.sandbox_support import API_KEY, WEBHOOK_SECRET
from tests.service.whole.accounts import PASSWORD, People
from tests.service.whole.world import World, client
from tests.support import Keys

JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.(?:com|org|net|test)")


@pytest.fixture(scope="module")
def lines(world: World, keys: Keys) -> list[str]:
    """The log, after a walk through everything that handles a secret, errors included."""
    people = People(world, keys)
    signed_in = people.newcomer()
    email = people.ensure("grep-me", "shopper")
    token = "t0ken-" * 8
    with client(world, "auth", signed_in) as auth:
        auth.post("/login", json={"email": email, "password": PASSWORD + "\0"})
        auth.post("/login", json={"email": email, "password": PASSWORD, "extra": PASSWORD})
        auth.post("/refresh", json={"refresh_token": token})
        auth.get(f"/me?email={quote(email)}&password={quote(PASSWORD)}")
        auth.post("/register", json={"email": email, "password": PASSWORD, "name": "Grep Me"})
        auth.post("/password/forgot", json={"email": email})
        auth.post("/password/reset", json={"token": token, "new_password": PASSWORD})
    with client(world, "cart", {**signed_in, "X-Cart-Token": token}) as cart:
        cart.get("")
        cart.post("/merge", json={"cart_token": token})
        cart.post("/checkout", json={"email": email}, headers={"Idempotency-Key": str(new_id())})
    with client(world, "payments", {"Stripe-Signature": f"t=1,v1={token}"}) as payments:
        payments.post("/webhook", content=b"{}")
    return [line for path in world.logs.glob("*.log") for line in path.read_text().splitlines()]


def test_the_log_is_json_with_request_ids(lines: list[str]) -> None:
    entries = [json.loads(line) for line in lines]
    requests = [entry for entry in entries if entry["logger"] == "deployments.access"]
    assert len(requests) > 10
    assert all(entry["request_id"] for entry in requests)


def test_no_secret_is_in_it(lines: list[str], world: World, keys: Keys) -> None:
    secrets = [PASSWORD, quote(PASSWORD), "t0ken-", API_KEY, WEBHOOK_SECRET]
    secrets += [*world.secrets.values(), *[keys.encoded(name) for name in keys.private]]
    found = [(word, line) for line in lines for word in secrets if word in line or JWT.search(line)]
    assert found == []


def test_nobodys_address_is_in_it(lines: list[str]) -> None:
    assert [line for line in lines if EMAIL.search(line)] == []


def test_an_error_of_the_database_does_not_tell_the_values(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    from deployments.shared.database import create_engine

    engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1/nothing")
    assert engine.sync_engine.hide_parameters
    error = IntegrityError(
        "INSERT", {"email": "ada@example.com"}, ValueError(), hide_parameters=True
    )
    with caplog.at_level(logging.ERROR):
        logging.getLogger().error("failed", exc_info=error)
    assert "ada@example.com" not in caplog.text
