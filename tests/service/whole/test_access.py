"""Every operation of every service, tried as everybody: generated from the OpenAPI documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from deployments.shared.settings import SERVICES
from tests.service.whole.access_rules import ALWAYS_OPEN, EVERYBODY, RULES
from tests.service.whole.accounts import People
from tests.service.whole.world import World, client
from tests.support import Keys

REFUSED = (401, 403)
# Bodies of operations that look at what is asked before they say who may ask.
BODIES = {"POST /create-intent": {"order_id": str(new_id())}}


@pytest.fixture(scope="module")
def people(world: World, keys: Keys) -> People:
    return People(world, keys)


def operations(world: World, service: str) -> list[str]:
    document = world.apps[service].openapi()
    found = [
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    ]
    return [operation for operation in found if operation not in ALWAYS_OPEN]


def call(http: httpx.Client, operation: str, headers: Mapping[str, str]) -> httpx.Response:
    method, path = operation.split(" ", 1)
    url = re.sub(r"{[^}]+}", str(new_id()), path)
    # An empty object is refused by every body's schema, so nothing is changed by being allowed.
    body = BODIES.get(operation, {}) if method in ("POST", "PUT") else None
    return http.request(method, url, json=body, headers=headers)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_rule_and_every_rule_an_operation(world: World, service: str) -> None:
    assert sorted(operations(world, service)) == sorted(RULES[service])


@pytest.mark.parametrize("service", SERVICES)
def test_each_caller_may_do_what_the_rules_say_and_nothing_else(
    world: World, people: People, service: str
) -> None:
    wrong = []
    with client(world, service) as http:
        for actor in sorted(EVERYBODY):
            headers = people.caller(actor, service)
            for operation, callers in RULES[service].items():
                answer = call(http, operation, headers)
                assert answer.status_code < 500 or answer.status_code == 503, (
                    operation,
                    answer.text,
                )
                refusal = 401 if actor == "anonymous" else 403
                allowed = answer.status_code not in REFUSED
                if actor == "anonymous" and operation in ("POST /login", "POST /refresh"):
                    allowed = True
                if allowed != (actor in callers) or (not allowed and answer.status_code != refusal):
                    wrong.append(f"{actor}: {operation} answered {answer.status_code}")
                if operation == "POST /logout-all" and allowed:
                    headers = people.caller(actor, service)
    assert not wrong, "\n".join(wrong)


def test_a_bad_token_is_never_nobody(world: World, people: People) -> None:
    """An expired or forged token on an open route is an error, not a guest's request."""
    for service, rules in RULES.items():
        with client(world, service) as http:
            for operation in rules:
                if operation in ("POST /webhook",):
                    continue
                answer = call(http, operation, {"Authorization": "Bearer not.a.token"})
                assert answer.status_code == 401, (service, operation, answer.text)


class Belongings:
    """What shopper A owns, made through the APIs."""

    def __init__(self, world: World, people: People, keys: Keys) -> None:
        self.owner = people.newcomer()
        merchant = people.sign_in("the-merchant", "merchant")
        with client(world, "products", merchant) as products:
            made = products.post(
                "",
                json={
                    "title": f"Lamp {new_id()}",
                    "variants": [{"sku": str(new_id()), "price": 1000, "on_hand": 50}],
                },
            )
            made.raise_for_status()
        product = made.json()
        variant = product["variants"][0]["id"]
        with client(world, "auth", self.owner) as auth:
            self.address_id = auth.post("/me/addresses", json=ADDRESS).json()["id"]
        with client(world, "cart", self.owner) as cart:
            cart.post("/add", json={"variant_id": variant}).raise_for_status()
            version = cart.get("").json()["version"]
            order = cart.post(
                "/checkout",
                json={
                    "cart_version": version,
                    "shipping_method": "standard",
                    "shipping_address": ADDRESS,
                    "email": "a@example.com",
                },
                headers={"Idempotency-Key": str(new_id())},
            )
            assert order.status_code == 201, order.text
            self.order_id = order.json()["id"]
            self.payment_id = order.json()["payment_id"]
            cart.post("/add", json={"variant_id": variant}).raise_for_status()
            self.item_id = cart.get("").json()["items"][0]["id"]


ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 1",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
}


@pytest.fixture(scope="module")
def belongings(world: World, people: People, keys: Keys) -> Belongings:
    return Belongings(world, people, keys)


# service, method, path with an attribute of ``Belongings``, body
OWNED: list[tuple[str, str, str, Any]] = [
    ("auth", "GET", "/me/addresses/{address_id}", None),
    ("auth", "PUT", "/me/addresses/{address_id}", ADDRESS),
    ("auth", "DELETE", "/me/addresses/{address_id}", None),
    ("cart", "PUT", "/items/{item_id}", {"quantity": 2}),
    ("cart", "DELETE", "/remove/{item_id}", None),
    ("cart", "GET", "/orders/{order_id}", None),
    ("cart", "POST", "/orders/{order_id}/cancel", None),
    ("payments", "GET", "/{payment_id}", None),
    ("payments", "POST", "/create-intent", {"order_id": "{order_id}"}),
    (
        "payments",
        "POST",
        "/confirm",
        {
            "payment_id": "{payment_id}",
            "payment_method": "pm_card_visa",
            "return_url": "http://127.0.0.1:3000/checkout/return",
        },
    ),
]
# Ids in paths that name no one's belongings.
NOBODYS = {"product_id", "variant_id", "slug", "key", "user_id", "review_id", "coupon_id"} | {
    "refund_id",
    "alarm_id",
}


def filled(text: Any, belongings: Belongings) -> Any:
    if isinstance(text, dict):
        return {key: filled(value, belongings) for key, value in text.items()}
    return text.format(**vars(belongings)) if isinstance(text, str) else text


def test_every_route_with_an_owners_id_is_in_the_list(world: World) -> None:
    listed = {(service, f"{method} {path}") for service, method, path, _ in OWNED}
    for service, rules in RULES.items():
        for operation, callers in rules.items():
            ids = set(re.findall(r"{([^}]+)}", operation)) - NOBODYS
            if ids and "shopper" in callers:
                assert (service, operation) in listed


@pytest.mark.parametrize("owned", OWNED, ids=lambda owned: " ".join(owned[:3]))
def test_another_shopper_does_not_find_it(
    world: World, people: People, belongings: Belongings, owned: tuple[str, str, str, Any]
) -> None:
    service, method, path, body = owned
    with client(world, service, people.newcomer()) as http:
        answer = http.request(
            method, path.format(**vars(belongings)), json=filled(body, belongings)
        )
    assert answer.status_code == 404, answer.text


def test_its_owner_finds_all_of_it_untouched(world: World, belongings: Belongings) -> None:
    owner = belongings.owner
    with client(world, "auth", owner) as auth, client(world, "cart", owner) as cart:
        assert auth.get(f"/me/addresses/{belongings.address_id}").status_code == 200
        assert cart.get("").json()["items"][0]["quantity"] == 1
        assert cart.get(f"/orders/{belongings.order_id}").json()["status"] == "payment_pending"
    with client(world, "payments", owner) as payments:
        assert payments.get(f"/{belongings.payment_id}").status_code == 200


def test_a_guests_cart_needs_its_token(world: World, belongings: Belongings) -> None:
    with client(world, "cart") as guest:
        path = f"/items/{belongings.item_id}"
        assert guest.put(path, json={"quantity": 5}).status_code == 404
        made_up = {"X-Cart-Token": "x" * 43}
        assert guest.put(path, json={"quantity": 5}, headers=made_up).status_code == 404
        assert guest.get("", headers=made_up).json()["items"] == []
