"""What a webhook must be to be believed, and what happens to those that lie."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from deployments.payments.api import create_api
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.shared.events import Event
from deployments.shared.ids import new_id
from deployments.shared.settings import ConfigurationError, PlatformSettings
from tests.sandbox_support import eventually, signed
from tests.service.payments.conftest import OpenShop, Shop
from tests.support import Keys


async def paid_at_stripe(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    """A payment that Stripe has, unknown to us, and its event."""
    payment = await shop.new_payment()
    await shop.stripe.v1.payment_intents.confirm_async(
        shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
    )
    page = await shop.stripe.v1.events.list_async({"type": "payment_intent.succeeded"})
    return payment, page.data[0].to_dict()


async def deliver(shop: Shop, event: dict[str, Any]) -> httpx.Response:
    payload = json.dumps(event)
    return await shop.http.post("/webhook", content=payload, headers=signed(payload))


@pytest.fixture
async def deaf(open_shop: OpenShop) -> Any:
    """A shop to which the sandbox delivers nothing: the tests do."""
    async with open_shop(deliver=False) as shop:
        yield shop


async def test_a_signed_event_is_taken_and_pays(deaf: Shop) -> None:
    payment, event = await paid_at_stripe(deaf)
    answer = await deliver(deaf, event)
    assert (answer.status_code, answer.json()) == (200, {"received": True, "new": True})
    await deaf.until_status(payment, "succeeded")
    [row] = deaf.rows("SELECT * FROM stripe_events")
    assert (row["id"], row["type"], row["payload"]) == (event["id"], event["type"], event)
    assert row["alarm"] is None


async def test_one_event_twenty_times_is_one_payment(deaf: Shop) -> None:
    payment, event = await paid_at_stripe(deaf)
    answers = await asyncio.gather(*[deliver(deaf, event) for _ in range(20)])
    assert {a.status_code for a in answers} == {200}
    assert [a.json()["new"] for a in answers].count(True) == 1
    await deaf.until_status(payment, "succeeded")
    await deaf.until_quiet()
    assert deaf.outbox() == ["payment.succeeded"]


async def test_events_in_any_order_end_in_the_same(deaf: Shop) -> None:
    payment = await deaf.new_payment()
    intent_id = deaf.row(payment)["stripe_intent_id"]
    await deaf.confirm(payment, "pm_card_chargeDeclined")
    await deaf.stripe.v1.payment_intents.confirm_async(
        intent_id, {"payment_method": "pm_card_visa"}
    )
    page = await deaf.stripe.v1.events.list_async({"limit": 100})
    for event in page.data:
        assert (await deliver(deaf, event.to_dict())).status_code == 200
    await deaf.until_quiet()
    assert (await deaf.read(payment))["status"] == "succeeded"
    assert deaf.outbox() == ["payment.failed", "payment.succeeded"]


async def test_an_event_stripe_did_not_sign_just_now_is_refused_and_not_kept(
    deaf: Shop,
) -> None:
    _, event = await paid_at_stripe(deaf)
    payload = json.dumps(event)
    now = int(time.time())
    for headers in (
        {},
        {"Stripe-Signature": "nonsense"},
        signed(payload, "whsec_another"),
        signed(payload + " "),
        signed(payload, moment=now - 310),
        signed(payload, moment=now + 60),
    ):
        answer = await deaf.http.post("/webhook", content=payload, headers=headers)
        assert answer.status_code == 400, headers
        assert answer.headers["content-type"] == "application/problem+json"
    assert deaf.rows("SELECT id FROM stripe_events") == []
    assert (await deliver(deaf, event)).status_code == 200


def _change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(event: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        target = event
        for part in parents:
            target = target[part]
        target[last] = value

    return change


LIES = {
    "evt_amount": (_change("data.object.amount", 1), "amount"),
    "evt_received": (_change("data.object.amount_received", 1), "received"),
    "evt_currency": (_change("data.object.currency", "usd"), "amount"),
    "evt_order": (_change("data.object.metadata.order_id", str(new_id())), "order"),
    "evt_intent_livemode": (_change("data.object.livemode", True), "livemode"),
    "evt_livemode": (_change("livemode", True), "livemode"),
    "evt_intent": (_change("data.object.id", "pi_another"), "intent"),
}


async def test_an_event_that_contradicts_the_payment_is_alarmed_and_pays_nothing(
    deaf: Shop,
) -> None:
    payment, event = await paid_at_stripe(deaf)
    for event_id, (change, _) in LIES.items():
        lie = copy.deepcopy(event)
        change(lie)
        assert (await deliver(deaf, lie | {"id": event_id})).status_code == 200
    await deaf.until_quiet()
    alarms = {r["id"]: r["alarm"] for r in deaf.rows("SELECT id, alarm FROM stripe_events")}
    for event_id, (_, word) in LIES.items():
        assert word in alarms[event_id]
    assert (await deaf.read(payment))["status"] == "requires_payment_method"
    assert deaf.outbox() == []


async def test_an_intent_of_another_amount_for_our_order_pays_nothing(deaf: Shop) -> None:
    payment = await deaf.new_payment()
    forged = await deaf.stripe.v1.payment_intents.create_async(
        {
            "amount": 100,
            "currency": "eur",
            "metadata": {"order_id": payment["order_id"]},
            "confirm": True,
            "payment_method": "pm_card_visa",
        }
    )
    assert forged.status == "succeeded"
    await deaf.reconcile()
    await deaf.until_quiet()
    assert (await deaf.read(payment))["status"] == "requires_payment_method"
    alarmed = deaf.rows("SELECT alarm FROM stripe_events WHERE alarm IS NOT NULL")
    assert len(alarmed) == 2
    assert deaf.outbox() == []


async def test_an_intent_that_is_not_of_this_store_is_passed_over(deaf: Shop) -> None:
    await deaf.stripe.v1.payment_intents.create_async({"amount": 100, "currency": "eur"})
    await deaf.reconcile()
    await deaf.until_quiet()
    assert [r["alarm"] for r in deaf.rows("SELECT alarm FROM stripe_events")] == [None]


async def test_an_intent_for_an_order_nobody_knows_is_alarmed(deaf: Shop) -> None:
    await deaf.stripe.v1.payment_intents.create_async(
        {
            "amount": 100,
            "currency": "eur",
            "metadata": {"order_id": str(new_id()), "shop": "mercato"},
        }
    )
    await deaf.reconcile()
    await deaf.until_quiet()
    [row] = deaf.rows("SELECT alarm FROM stripe_events")
    assert row["alarm"].startswith("no payment for order")


async def test_a_poison_event_is_kept_and_the_others_flow(deaf: Shop) -> None:
    payment, event = await paid_at_stripe(deaf)
    poison = copy.deepcopy(event)
    poison["id"] = "evt_poison"
    poison["data"]["object"]["status"] = "a_status_of_the_future"
    assert (await deliver(deaf, poison)).status_code == 200
    assert (await deliver(deaf, event)).status_code == 200
    await deaf.until_status(payment, "succeeded")

    async def tried_again() -> bool:
        [row] = deaf.rows("SELECT attempts, error FROM stripe_events WHERE id = 'evt_poison'")
        return row["attempts"] >= 2 and "a_status_of_the_future" in row["error"]

    await eventually(tried_again)


async def test_other_events_are_recorded_only(deaf: Shop) -> None:
    _, event = await paid_at_stripe(deaf)
    dispute = event | {"id": "evt_dispute", "type": "charge.dispute.created"}
    assert (await deliver(deaf, dispute)).status_code == 200
    await deaf.until_quiet()
    assert deaf.outbox() == []


async def test_payments_reach_the_stream(shop: Shop, redis_url: str) -> None:
    payment = await shop.new_payment()
    await shop.confirm(payment)

    async def published() -> bool:
        return not shop.rows("SELECT 1 FROM outbox WHERE published_at IS NULL")

    await eventually(published)
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        entries: Any = await redis.xrange("mercato:payments")
    [event] = [Event.from_fields(fields) for _, fields in entries]
    assert event.type == "payment.succeeded"
    assert event.payload["order_id"] == payment["order_id"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"stripe_webhook_secret": SecretStr(" ")}, "MERCATO_PAYMENTS_STRIPE_WEBHOOK_SECRET"),
        ({"stripe_api_key": SecretStr("")}, "MERCATO_PAYMENTS_STRIPE_API_KEY"),
    ],
)
def test_without_secrets_there_is_no_start(
    platform: PlatformSettings, keys: Keys, change: dict[str, Any], name: str
) -> None:
    values: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://nowhere/none",
        "service_key": keys.encoded("payments"),
        "stripe_api_key": SecretStr("sk_test_x"),
        "stripe_webhook_secret": SecretStr("whsec_x"),
    }
    with pytest.raises(ConfigurationError, match=name):
        create_api(platform, PaymentsSettings(**values | change))


def test_production_refuses_short_secrets(platform: PlatformSettings, keys: Keys) -> None:
    settings = PaymentsSettings(
        database_url="postgresql+asyncpg://nowhere/none",
        service_key=SecretStr(keys.encoded("payments")),
        stripe_api_key=SecretStr("sk_live_" + "x" * 40),
        stripe_webhook_secret=SecretStr("whsec_x"),
    )
    production = platform.model_copy(update={"environment": "production"})
    with pytest.raises(ConfigurationError, match="WEBHOOK_SECRET"):
        create_api(production, settings)


def test_production_sends_stripes_key_over_https_only(
    platform: PlatformSettings, keys: Keys
) -> None:
    settings = PaymentsSettings(
        database_url="postgresql+asyncpg://nowhere/none",
        service_key=SecretStr(keys.encoded("payments")),
        stripe_api_key=SecretStr("sk_live_" + "x" * 40),
        stripe_webhook_secret=SecretStr("whsec_" + "x" * 40),
        stripe_api_base="http://127.0.0.1:8090",
    )
    production = platform.model_copy(update={"environment": "production"})
    with pytest.raises(ConfigurationError, match="STRIPE_API_BASE"):
        create_api(production, settings)
    assert create_api(production, settings.model_copy(update={"stripe_api_base": ""}))
