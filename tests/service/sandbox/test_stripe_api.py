"""The sandbox under the real ``stripe`` SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from tests.sandbox_support import (
    PUBLISHABLE_KEY,
    RETURN_URL,
    running_sandbox,
    sandbox_settings,
    stripe_client,
)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with running_sandbox(sandbox_settings(tmp_path)) as url:
        yield url


@pytest.fixture
async def client(address: str) -> AsyncIterator[StripeClient]:
    async with stripe_client(address) as sdk:
        yield sdk


async def new_intent(client: StripeClient, amount: int = 2000, **metadata: str) -> Any:
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "eur", "metadata": metadata}
    )


async def test_an_intent_is_created_retrieved_confirmed(client: StripeClient) -> None:
    intent = await new_intent(client, order_id="o-1")
    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.metadata["order_id"] == "o-1"
    paid = await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)
    again = await client.v1.payment_intents.retrieve_async(intent.id)
    assert again.status == "succeeded"
    assert again.latest_charge == paid.latest_charge


async def test_create_with_confirm_pays_at_once(client: StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async(
        {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    )
    assert intent.status == "succeeded"


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ],
)
async def test_a_decline_is_a_card_error_with_the_intent_inside(
    client: StripeClient, method: str, code: str, decline_code: str
) -> None:
    intent = await new_intent(client)
    with pytest.raises(stripe.CardError) as error:
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": method})
    assert error.value.http_status == 402
    assert error.value.code == code
    assert error.value.error is not None
    assert error.value.error.decline_code == decline_code
    assert error.value.error.payment_intent is not None
    assert error.value.error.payment_intent.status == "requires_payment_method"
    stored = await client.v1.payment_intents.retrieve_async(intent.id)
    assert stored.last_payment_error is not None
    assert stored.last_payment_error.code == code
    paid = await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert paid.last_payment_error is None


async def test_a_paid_intent_is_neither_confirmed_nor_cancelled_again(
    client: StripeClient,
) -> None:
    intent = await new_intent(client)
    await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    for call in (
        client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"}),
        client.v1.payment_intents.cancel_async(intent.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as error:
            await call
        assert error.value.code == "payment_intent_unexpected_state"


async def test_a_cancelled_intent_cant_be_paid(client: StripeClient) -> None:
    intent = await new_intent(client)
    cancelled = await client.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})


async def test_confirming_without_a_method_or_with_an_unknown_one_is_refused(
    client: StripeClient,
) -> None:
    intent = await new_intent(client)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_intents.confirm_async(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as error:
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_gone"})
    assert error.value.code == "resource_missing"


async def test_unknown_objects_parameters_and_paths(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await client.v1.payment_intents.retrieve_async("pi_missing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    params: Any = {"amount": 500, "currency": "eur", "colour": "red"}
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        await client.v1.payment_intents.create_async(params)
    assert unknown.value.code == "parameter_unknown"
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        await client.v1.customers.create_async({"email": "a@example.com"})


async def test_keys_are_checked(address: str) -> None:
    async with stripe_client(address, key="sk_test_wrong") as stranger:
        with pytest.raises(stripe.AuthenticationError):
            await new_intent(stranger)
    async with stripe_client(address, key=PUBLISHABLE_KEY) as browser:
        with pytest.raises(stripe.PermissionError):
            await new_intent(browser)
    async with httpx.AsyncClient(base_url=address) as anonymous:
        assert (await anonymous.get("/v1/events")).status_code == 401


async def test_a_browser_makes_a_payment_method_with_the_publishable_key(
    address: str, client: StripeClient
) -> None:
    headers = {"Origin": "http://127.0.0.1:3000", "Authorization": f"Bearer {PUBLISHABLE_KEY}"}
    form = {
        "type": "card",
        "card[number]": "4000000000009995",
        "card[exp_month]": "7",
        "card[exp_year]": "2041",
        "card[cvc]": "314",
    }
    async with httpx.AsyncClient(base_url=address) as browser:
        preflight = await browser.options(
            "/v1/payment_methods",
            headers=headers
            | {
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
        )
        answer = await browser.post("/v1/payment_methods", data=form, headers=headers)
        foreign = await browser.post(
            "/v1/payment_methods", data=form, headers=headers | {"Origin": "http://evil.test"}
        )
    assert preflight.status_code == 200
    assert answer.headers["access-control-allow-origin"] == headers["Origin"]
    assert "access-control-allow-origin" not in foreign.headers
    method = answer.json()
    assert method["card"]["last4"] == "9995"
    assert "4000000000009995" not in answer.text
    intent = await new_intent(client)
    with pytest.raises(stripe.CardError):
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": method["id"]})


async def test_card_numbers_are_never_stored(address: str, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=address) as browser:
        answer = await browser.post(
            "/v1/payment_methods",
            data={
                "type": "card",
                "card[number]": "4242424242424242",
                "card[exp_month]": "7",
                "card[exp_year]": "2041",
                "card[cvc]": "987",
            },
            headers={"Authorization": f"Bearer {PUBLISHABLE_KEY}", "Idempotency-Key": "k"},
        )
    assert answer.status_code == 200
    assert b"4242424242424242" not in everything_in(tmp_path)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_refunds_in_parts_until_nothing_is_left(client: StripeClient) -> None:
    intent = await new_intent(client, 1000)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    part = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 400})
    assert (part.status, part.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 601})
    rest = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert rest.amount == 600
    with pytest.raises(stripe.InvalidRequestError) as error:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert error.value.code == "charge_already_refunded"
    assert (await client.v1.refunds.retrieve_async(part.id)).amount == 400
    charge = await client.v1.charges.retrieve_async(str(rest.charge))
    assert (charge.amount_refunded, charge.refunded) == (1000, True)


async def test_events_are_listed_newest_first_through_pages_and_filters(
    client: StripeClient,
) -> None:
    intents = [await new_intent(client) for _ in range(5)]
    await client.v1.payment_intents.cancel_async(intents[0].id)
    page = await client.v1.events.list_async({"limit": 2})
    assert page.has_more
    listed = [event async for event in page.auto_paging_iter()]
    assert len(listed) == 6
    assert listed[0].type == "payment_intent.canceled"
    created = await client.v1.events.list_async({"type": "payment_intent.created"})
    assert [e.data.object["id"] for e in created.data] == [i.id for i in reversed(intents)]
    several = await client.v1.events.list_async(
        {"types": ["payment_intent.canceled", "payment_intent.succeeded"]}
    )
    assert len(several.data) == 1
    later = await client.v1.events.list_async({"created": {"gt": listed[0].created + 5}})
    assert later.data == []


async def test_intents_are_listed(client: StripeClient) -> None:
    made = [(await new_intent(client)).id for _ in range(3)]
    page = await client.v1.payment_intents.list_async({"limit": 2})
    assert [intent.id async for intent in page.auto_paging_iter()] == made[::-1]


async def authenticate(address: str, intent: Any, outcome: str) -> httpx.Response:
    url = intent.next_action.redirect_to_url.url
    assert url == f"{address}/3ds/{intent.id}"
    async with httpx.AsyncClient() as browser:
        asked = await browser.get(url)
        assert "€20.00" in asked.text
        return await browser.post(url, data={"outcome": outcome})


@pytest.mark.parametrize(
    ("outcome", "status", "redirect"),
    [("approve", "succeeded", "succeeded"), ("fail", "requires_payment_method", "failed")],
)
async def test_the_3ds_page_decides_and_sends_the_shopper_back(
    address: str, client: StripeClient, outcome: str, status: str, redirect: str
) -> None:
    intent = await new_intent(client)
    asking = await client.v1.payment_intents.confirm_async(
        intent.id,
        {
            "payment_method": "pm_card_authenticationRequired",
            "return_url": f"{RETURN_URL}?order=7",
        },
    )
    assert asking.status == "requires_action"
    answer = await authenticate(address, asking, outcome)
    assert answer.status_code == 303
    target = httpx.URL(answer.headers["location"])
    assert str(target).startswith(f"{RETURN_URL}?order=7&payment_intent={intent.id}")
    assert target.params["redirect_status"] == redirect
    done = await client.v1.payment_intents.retrieve_async(intent.id)
    assert done.status == status
    repeated = await authenticate_again(address, intent.id)
    assert repeated.headers["location"] == answer.headers["location"]


async def authenticate_again(address: str, intent_id: str) -> httpx.Response:
    async with httpx.AsyncClient() as browser:
        return await browser.post(f"{address}/3ds/{intent_id}", data={"outcome": "approve"})


async def test_a_return_address_must_be_a_web_address(client: StripeClient) -> None:
    intent = await new_intent(client)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_intents.confirm_async(
            intent.id,
            {"payment_method": "pm_card_visa", "return_url": "javascript:alert(1)"},
        )


async def test_the_3ds_page_of_an_unknown_payment(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as browser:
        assert (await browser.get("/3ds/pi_unknown")).status_code == 404
        answer = await browser.post("/3ds/pi_unknown", data={"outcome": "approve"})
        assert answer.status_code == 404


async def test_home_lists_the_test_cards(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as browser:
        home = await browser.get("/")
        assert "4242 4242 4242 4242" in home.text
        assert home.headers["content-security-policy"].startswith("default-src 'none'")
        assert (await browser.get("/health")).json()["status"] == "ok"
