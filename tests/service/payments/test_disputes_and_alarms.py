"""What a person must know of: disputes, warnings, contradictions, poison."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.sandbox_support import eventually, signed
from tests.service.payments.conftest import OpenShop, Shop


@pytest.fixture
async def deaf(open_shop: OpenShop) -> AsyncIterator[Shop]:
    """A shop to which the sandbox delivers nothing: the tests do."""
    async with open_shop(deliver=False) as shop:
        yield shop


async def deliver(shop: Shop, event: dict[str, Any]) -> httpx.Response:
    payload = json.dumps(event)
    return await shop.http.post("/webhook", content=payload, headers=signed(payload))


async def events(shop: Shop, kind: str) -> list[dict[str, Any]]:
    """Stripe's events of a type, once there is one."""

    async def listed() -> list[Any]:
        return (await shop.stripe.v1.events.list_async({"type": kind, "limit": 100})).data

    return [event.to_dict() for event in await eventually(listed)]


async def test_a_dispute_is_listed_followed_and_told_once(shop: Shop) -> None:
    payment = await shop.paid("pm_card_createDispute")
    await shop.until_outbox("payment.succeeded", "payment.disputed")
    [row] = shop.rows("SELECT payload FROM outbox WHERE type = 'payment.disputed'")
    [dispute] = (await shop.merchant_list("disputes"))["items"]
    assert row["payload"] == {
        "payment_id": payment["id"],
        "order_id": payment["order_id"],
        "dispute_id": dispute["id"],
        "amount": 4990,
        "currency": "EUR",
        "reason": "fraudulent",
    }
    assert (dispute["status"], dispute["order_id"]) == ("needs_response", payment["order_id"])
    assert dispute["respond_by"] is not None
    await shop.stripe.v1.disputes.update_async(
        dispute["id"], {"evidence": {"uncategorized_text": "winning_evidence"}}
    )

    async def won() -> bool:
        [item] = (await shop.merchant_list("disputes"))["items"]
        return bool(item["status"] == "won")

    await eventually(won)
    await shop.until_quiet()
    assert shop.outbox() == ["payment.succeeded", "payment.disputed"]


async def test_disputes_in_any_order_end_in_the_same(deaf: Shop) -> None:
    await deaf.paid("pm_card_createDispute")
    [created] = await events(deaf, "charge.dispute.created")
    await deaf.stripe.v1.disputes.close_async(created["data"]["object"]["id"])
    [closed] = await events(deaf, "charge.dispute.closed")
    for event in (closed, created, created | {"id": "evt_again"}):
        assert (await deliver(deaf, event)).status_code == 200
        await deaf.until_quiet()
    [item] = (await deaf.merchant_list("disputes"))["items"]
    assert item["status"] == "lost"
    assert deaf.outbox() == ["payment.succeeded", "payment.disputed"]


async def test_money_of_another_shop_on_the_account_is_kept_but_says_nothing(deaf: Shop) -> None:
    for metadata in ({"order_id": str(new_id()), "shop": "another"}, {"order_id": str(new_id())}):
        intent = await deaf.stripe.v1.payment_intents.create_async(
            {
                "amount": 900,
                "currency": "eur",
                "confirm": True,
                "payment_method": "pm_card_createDispute",
                "metadata": metadata,
            }
        )
        await deaf.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 100})
    await events(deaf, "charge.dispute.created")
    await deaf.reconcile()
    await deaf.until_quiet()
    kinds = {row["type"] for row in deaf.rows("SELECT type FROM stripe_events")}
    assert {"payment_intent.succeeded", "refund.created", "charge.dispute.created"} <= kinds
    assert (await deaf.merchant_list("alarms"))["items"] == []
    assert (await deaf.merchant_list("disputes"))["items"] == []
    assert deaf.outbox() == []


async def test_a_banks_warning_of_fraud_is_an_alarm(shop: Shop) -> None:
    payment = await shop.paid("pm_card_createIssuerFraudRecord")

    async def alarmed() -> list[Any]:
        items: list[Any] = (await shop.merchant_list("alarms"))["items"]
        return items

    [alarm] = await eventually(alarmed)
    assert (alarm["kind"], alarm["payment_id"]) == ("fraud_warning", payment["id"])
    assert "unauthorized_use_of_card" in alarm["message"]


async def test_contradictions_are_listed_once_paged_and_resolved(deaf: Shop) -> None:
    payment = await deaf.new_payment()
    await deaf.stripe.v1.payment_intents.confirm_async(
        deaf.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
    )
    [event] = await events(deaf, "payment_intent.succeeded")
    for number in range(3):
        for field, value in (("amount", 1), ("currency", "usd"), ("livemode", True)):
            lie = copy.deepcopy(event)
            lie["data"]["object"][field] = value
            await deliver(deaf, lie | {"id": f"evt_{field}_{number}"})
    await deaf.until_quiet()
    page = await deaf.merchant_list("alarms", limit=2)
    rest = await deaf.merchant_list("alarms", limit=2, cursor=page["next_cursor"])
    alarms = [*page["items"], *rest["items"]]
    assert sorted(a["kind"] for a in alarms) == ["livemode", "mismatch", "mismatch"]
    assert {a["payment_id"] for a in alarms} == {payment["id"]}
    merchant = deaf.keys.user("merchant")
    path = f"/alarms/{alarms[0]['id']}/resolved"
    first = (await deaf.http.put(path, headers=merchant)).json()
    assert first["resolved_at"] is not None
    assert (await deaf.http.put(path, headers=merchant)).json() == first
    assert len((await deaf.merchant_list("alarms"))["items"]) == 2
    assert len((await deaf.merchant_list("alarms", open_only=False))["items"]) == 3
    unknown = await deaf.http.put(f"/alarms/{new_id()}/resolved", headers=merchant)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "alarm_not_found")
    assert (await deaf.read(payment))["status"] == "requires_payment_method"


async def test_merchant_lists_are_for_merchants_and_refuse_foreign_cursors(deaf: Shop) -> None:
    for name in ("refunds", "disputes", "alarms"):
        assert (await deaf.http.get(f"/{name}", headers=deaf.shopper)).status_code == 403
        assert (await deaf.http.get(f"/{name}", headers=deaf.cart)).status_code == 403
        assert (await deaf.http.get(f"/{name}")).status_code == 401
        for cursor in ("x", "WzFd", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwiYSJd", "W10"):
            answer = await deaf.http.get(
                f"/{name}", params={"cursor": cursor}, headers=deaf.keys.user("merchant")
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_poison_is_buried_alarmed_and_the_others_flow(deaf: Shop) -> None:
    payment = await deaf.new_payment()
    await deaf.stripe.v1.payment_intents.confirm_async(
        deaf.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
    )
    [event] = await events(deaf, "payment_intent.succeeded")
    poison = copy.deepcopy(event) | {"id": "evt_poison"}
    poison["data"]["object"]["status"] = "a_status_of_the_future"
    await deliver(deaf, poison)

    async def dead() -> bool:
        await deaf.execute(
            "UPDATE stripe_events SET next_attempt_at = now() WHERE id = 'evt_poison'"
        )
        [row] = deaf.rows("SELECT dead_at FROM stripe_events WHERE id = 'evt_poison'")
        return row["dead_at"] is not None

    await eventually(dead, seconds=15)
    [row] = deaf.rows("SELECT failures, error FROM stripe_events WHERE id = 'evt_poison'")
    assert row["failures"] == 10
    assert "a_status_of_the_future" in row["error"]
    [alarm] = (await deaf.merchant_list("alarms"))["items"]
    assert (alarm["kind"], alarm["stripe_event_id"]) == ("poison_event", "evt_poison")
    await deliver(deaf, event)
    await deaf.until_status(payment, "succeeded")


async def test_a_silent_stripe_makes_no_event_poison(open_shop: OpenShop) -> None:
    async with open_shop(stripe_timeout_seconds=0.05, stripe_retries=0) as shop:
        payment = await shop.new_payment()
        await shop.until_quiet()
        await shop.order_fault("payment_intents.retrieve", "timeout", times=100, seconds=0.1)
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )

        async def tried_often() -> bool:
            await shop.execute("UPDATE stripe_events SET next_attempt_at = now()")
            rows = shop.rows("SELECT max(attempts) AS most FROM stripe_events")
            return bool(rows[0]["most"] >= 12)

        await eventually(tried_often, seconds=15)
        rows = shop.rows("SELECT max(failures) AS most, count(dead_at) AS dead FROM stripe_events")
        assert rows == [{"most": 0, "dead": 0}]


async def test_old_events_and_published_rows_are_cleaned_up(deaf: Shop) -> None:
    payment = await deaf.paid()
    await deaf.reconcile()
    await deaf.until_quiet()

    async def published() -> bool:
        return not deaf.rows("SELECT 1 FROM outbox WHERE published_at IS NULL")

    await eventually(published)
    assert await deaf.state.clean_up() == 0
    await deaf.execute("UPDATE stripe_events SET processed_at = processed_at - interval '41 days'")
    await deaf.execute("UPDATE outbox SET published_at = published_at - interval '31 days'")
    assert await deaf.state.clean_up() > 0
    assert deaf.rows("SELECT id FROM stripe_events") == []
    assert deaf.outbox() == []
    assert (await deaf.read(payment))["status"] == "succeeded"
