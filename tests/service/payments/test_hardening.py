"""Lies, floods, silence and races that must change nothing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from deployments.payments.application.ports import StripeGateway
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.domain.intent import Failure, Intent
from deployments.payments.domain.payment import Payment
from deployments.payments.infrastructure.unit_of_work import SqlPaymentsUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.ids import new_id
from tests.sandbox_support import WEBHOOK_SECRET, eventually, signed
from tests.service.payments.conftest import OpenShop, Shop


@pytest.fixture
async def deaf(open_shop: OpenShop) -> AsyncIterator[Shop]:
    """A shop to which the sandbox delivers nothing."""
    async with open_shop(deliver=False) as shop:
        yield shop


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/checkout/return",
        "http://127.0.0.1:3000@evil.test/",
        "http://127.0.0.1:3001/checkout/return",
        "http://user:secret@127.0.0.1:3000/",
    ],
)
async def test_shoppers_are_sent_back_to_the_store_only(shop: Shop, url: str) -> None:
    payment = await shop.new_payment()
    answer = await shop.confirm(payment, "pm_card_authenticationRequired", return_url=url)
    assert (answer.status_code, answer.json()["code"]) == (422, "foreign_return_url")
    assert (await shop.read(payment))["status"] == "requires_payment_method"


async def status_of(shop: Shop, length: str, body: bytes) -> int:
    """Of a webhook with a head of our own and whatever body follows it."""
    address = httpx.URL(shop.http.base_url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    signature = signed(body[:100].decode())["Stripe-Signature"]
    head = f"POST /webhook HTTP/1.1\r\nHost: x\r\n{length}\r\nStripe-Signature: {signature}"
    writer.write(f"{head}\r\n\r\n".encode() + body)
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return int(line.split()[1])


async def test_bodies_of_webhooks_are_limited_and_must_be_whole(shop: Shop) -> None:
    body = b'{"id": "evt_1"}'
    chunk = b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
    for length, sent, statuses in (
        ("Content-Length: 1100000", b"", {413}),
        ("Transfer-Encoding: chunked", chunk * 11, {413}),
        ("Content-Length: 4", body, {400}),
        ("Content-Length: -1", body, {400, 413}),
        ("Content-Length: 7x", body, {400, 413}),
        ("Content-Length: 15\r\nContent-Length: 4", body, {400}),
    ):
        assert await status_of(shop, length, sent) in statuses, length
    assert shop.rows("SELECT id FROM stripe_events") == []


async def test_both_secrets_count_while_one_is_replaced(open_shop: OpenShop) -> None:
    both = SecretStr(f"whsec_of_tomorrow, {WEBHOOK_SECRET}")
    async with open_shop(deliver=False, stripe_webhook_secret=both) as shop:
        for number, secret in enumerate(("whsec_of_tomorrow", WEBHOOK_SECRET)):
            event = {
                "id": f"evt_{number}",
                "type": "charge.succeeded",
                "livemode": False,
                "created": 1,
                "data": {"object": {}},
            }
            payload = json.dumps(event)
            answer = await shop.http.post(
                "/webhook", content=payload, headers=signed(payload, secret)
            )
            assert answer.status_code == 200
        refused = await shop.http.post(
            "/webhook", content=payload, headers=signed(payload, "whsec_of_yesterday")
        )
        assert refused.status_code == 400


async def test_a_silent_stripe_is_told_in_time_and_then_at_once(open_shop: OpenShop) -> None:
    async with open_shop(
        deliver=False, stripe_answer_seconds=0.5, stripe_concurrency=4, refresh_seconds=60
    ) as shop:
        *payments, other = [await shop.new_payment() for _ in range(13)]
        await shop.order_fault("payment_intents.confirm", "timeout", times=100, seconds=30)
        started = time.monotonic()
        answers = await asyncio.gather(*[shop.confirm(payment) for payment in payments])
        assert {a.status_code for a in answers} == {503}
        assert all(int(a.headers["retry-after"]) > 0 for a in answers)
        # Nobody waits as long as Stripe is silent, and soon nobody asks it.
        assert time.monotonic() - started < 15
        left = await shop.faults_left()
        assert (await shop.confirm(payments[0])).status_code == 503
        assert await shop.faults_left() == left
        # What does not need Stripe is not touched.
        assert (await shop.read(payments[0]))["status"] == "requires_payment_method"
        await shop.sandbox.delete("/sandbox/faults")

        async def paid() -> bool:
            return (await shop.confirm(other)).status_code == 200

        await eventually(paid)


class _Stripe:
    """Answers what it is told to; ``asked`` counts."""

    livemode = False

    def __init__(self, intent: Intent) -> None:
        self.intent = intent
        self.asked = 0

    async def retrieve_intent(self, intent_id: str) -> Intent:
        self.asked += 1
        return self.intent


async def test_a_slow_answer_of_stripe_does_not_undo_a_quicker_one(deaf: Shop) -> None:
    """A decline that was read before the shopper went on to 3-D Secure, recorded after it."""
    shop = deaf
    view = await shop.new_payment()
    await shop.confirm(view, "pm_card_chargeDeclined")
    engine = create_engine(shop.database_url)
    sessions = create_session_factory(engine)

    def begin() -> SqlPaymentsUnitOfWork:
        return SqlPaymentsUnitOfWork(sessions)

    async with begin() as work:
        seen = await work.payments.by_order(view["order_id"])
    assert seen is not None
    declined = _told(seen, "requires_payment_method", seen.failure)
    asking = _told(seen, "requires_action", None)
    stripe: Any = _Stripe(asking)
    gateway: StripeGateway = stripe
    record = RecordIntent(begin, gateway)
    await record(seen, asking)
    after = await record(seen, declined)
    await engine.dispose()
    assert (after.status, after.failure, stripe.asked) == ("requires_action", None, 1)
    assert shop.outbox() == ["payment.failed"]


def _told(payment: Payment, status: Any, failure: Failure | None) -> Intent:
    intent_id = str(payment.stripe_intent_id)
    return Intent(
        intent_id, status, payment.amount, 0, payment.order_id, livemode=False, failure=failure
    )


async def test_two_replicas_share_the_inbox_and_pay_once(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, events_poll_seconds=3600) as shop:
        payments = [await shop.new_payment() for _ in range(6)]
        for payment in payments:
            await shop.stripe.v1.payment_intents.confirm_async(
                shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
            )
        page = await shop.stripe.v1.events.list_async({"limit": 100})
        for event in page.data:
            payload = json.dumps(event.to_dict())
            await shop.http.post("/webhook", content=payload, headers=signed(payload))
        taken = await asyncio.gather(*[shop.state.process_events() for _ in range(6)])
        assert sum(taken) == len(page.data)
        rows = shop.rows("SELECT max(attempts) AS most FROM stripe_events")
        assert rows == [{"most": 1}]
        assert shop.outbox() == ["payment.succeeded"] * 6


async def test_an_event_whose_worker_was_killed_is_taken_again(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False) as shop:
        payment = await shop.new_payment()
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )
        await shop.order_fault("payment_intents.retrieve", "delay", seconds=1.5)
        await shop.reconcile()

        async def taken() -> bool:
            return bool(shop.rows("SELECT 1 FROM stripe_events WHERE attempts > 0"))

        await eventually(taken)
        # As if the worker were gone and its lease over; the slow one ends later all the same.
        await shop.execute("UPDATE stripe_events SET next_attempt_at = now()")
        await shop.until_status(payment, "succeeded")
        await shop.until_quiet()
        await asyncio.sleep(1)
        assert shop.outbox() == ["payment.succeeded"]


async def test_an_intents_key_stripe_may_have_forgotten_is_not_trusted(
    open_shop: OpenShop,
) -> None:
    async with open_shop(deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        order_id = new_id()
        await shop.order_fault("payment_intents.create", "timeout_after", seconds=1)
        assert (await shop.post_intent(order_id)).status_code == 503
        # Two days later the key would make a second intent.
        await shop.execute(
            "UPDATE payments SET created_at = created_at - interval '2 days', "
            "idempotency_key = idempotency_key || 'forgotten'"
        )
        assert await shop.cancel(order_id) == "cancelled"
        [intent] = await shop.intents()
        assert intent.status == "canceled"


async def test_an_intent_that_stripe_lost_is_alarmed_and_its_order_kept(deaf: Shop) -> None:
    payment = await deaf.new_payment()
    await deaf.execute("UPDATE payments SET stripe_intent_id = 'pi_lost'")
    assert await deaf.cancel(payment["order_id"]) == "unknown"
    [alarm] = (await deaf.merchant_list("alarms"))["items"]
    assert (alarm["kind"], alarm["order_id"]) == ("lost_at_stripe", payment["order_id"])


async def back(shop: Shop, column: str, interval: str) -> None:
    statement = "UPDATE payments SET {0} = {0} - interval '{1}'"
    await shop.execute(statement.format(column, interval))


async def test_refreshing_asks_about_each_payment_ever_more_rarely(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, refresh_seconds=3600) as shop:
        payment = await shop.new_payment()
        await shop.confirm(payment, "pm_card_authenticationRequired")
        looks = []
        for seconds in (0, 25, 10, 25, 25):
            for column in ("checked_at", "created_at"):
                await back(shop, column, f"{seconds} seconds")
            looks.append(await shop.state.refresh_unfinished())
        assert looks == [0, 1, 0, 1, 1]
        await back(shop, "created_at", "1 hour")
        await back(shop, "checked_at", "5 minutes")
        assert await shop.state.refresh_unfinished() == 0
        await back(shop, "checked_at", "5 minutes")
        assert await shop.state.refresh_unfinished() == 1
