"""A payment from its creation to its end, over HTTP against the sandbox."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from deployments.shared.ids import new_id
from tests.sandbox_support import RETURN_URL
from tests.service.payments.conftest import OpenShop, Shop


async def test_the_row_and_the_intent_tell_the_same(shop: Shop) -> None:
    payment = await shop.new_payment()
    assert payment["status"] == "requires_payment_method"
    assert payment["amount"] == {"amount": 4990, "currency": "EUR"}
    row = shop.row(payment)
    assert row["idempotency_key"] == f"pi-{payment['order_id']}"
    [intent] = await shop.intents()
    assert intent.id == row["stripe_intent_id"]
    assert (intent.amount, intent.currency) == (4990, "eur")
    assert intent.metadata["order_id"] == payment["order_id"]
    assert intent.description == "Order M-100042"


async def test_a_good_card_pays_and_one_event_says_so(shop: Shop) -> None:
    payment = await shop.new_payment()
    paid = (await shop.confirm(payment)).json()
    assert paid["status"] == "succeeded"
    # Recorded with the answer, before any webhook; the webhook then changes nothing.
    assert shop.outbox() == ["payment.succeeded"]
    await shop.until_quiet()
    await asyncio.sleep(0.3)
    assert shop.outbox() == ["payment.succeeded"]
    [event] = shop.rows("SELECT topic, payload FROM outbox")
    assert event["topic"] == "payments"
    assert event["payload"] == {
        "payment_id": payment["id"],
        "order_id": payment["order_id"],
        "amount": 4990,
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("method", "code", "message"),
    [
        ("pm_card_chargeDeclined", "card_declined", "Your card was declined."),
        (
            "pm_card_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "Your card has expired."),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "Your card was declined."),
    ],
)
async def test_a_decline_is_a_result_and_another_card_may_follow(
    shop: Shop, method: str, code: str, message: str
) -> None:
    payment = await shop.new_payment()
    answer = await shop.confirm(payment, method)
    assert answer.status_code == 200
    declined = answer.json()
    assert declined["status"] == "requires_payment_method"
    assert declined["failure"] == {"code": code, "message": message}
    await shop.until_quiet()
    assert shop.outbox() == ["payment.failed"]
    paid = (await shop.confirm(payment)).json()
    assert (paid["status"], paid["failure"]) == ("succeeded", None)
    assert shop.outbox() == ["payment.failed", "payment.succeeded"]


async def test_the_same_card_may_be_tried_again_after_a_decline(shop: Shop) -> None:
    payment = await shop.new_payment()
    for _ in range(2):
        await shop.confirm(payment, "pm_card_chargeDeclined")
        await shop.until_quiet()
    assert shop.outbox() == ["payment.failed", "payment.failed"]
    events = await shop.stripe.v1.events.list_async({"type": "charge.failed"})
    assert len(events.data) == 2


async def answer_3ds(shop: Shop, confirmed: dict[str, Any], outcome: str) -> None:
    assert confirmed["status"] == "requires_action"
    answer = await shop.sandbox.post(confirmed["next_action_url"], data={"outcome": outcome})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(RETURN_URL)


async def test_an_approved_3d_secure_payment_is_paid_without_being_asked_for(shop: Shop) -> None:
    payment = await shop.new_payment()
    confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
    assert (await shop.read(payment))["next_action_url"] == confirmed["next_action_url"]
    await answer_3ds(shop, confirmed, "approve")
    await shop.until_status(payment, "succeeded")
    assert shop.outbox() == ["payment.succeeded"]
    assert (await shop.read(payment))["next_action_url"] is None


async def test_a_repeated_confirmation_tells_how_things_stand_now(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False) as shop:
        payment = await shop.new_payment()
        confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
        await answer_3ds(shop, confirmed, "approve")
        repeated = await shop.confirm(payment, "pm_card_authenticationRequired")
        assert repeated.json()["status"] == "succeeded"


async def test_a_failed_3d_secure_payment_may_be_tried_again_with_the_same_card(
    shop: Shop,
) -> None:
    payment = await shop.new_payment()
    for attempt in (1, 2):
        confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
        assert confirmed["failure"] is None
        await answer_3ds(shop, confirmed, "fail")
        await shop.until_status(payment, "requires_payment_method")
        assert shop.outbox() == ["payment.failed"] * attempt
    failure = (await shop.read(payment))["failure"]
    assert failure["code"] == "payment_intent_authentication_failure"
    confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
    await answer_3ds(shop, confirmed, "approve")
    await shop.until_status(payment, "succeeded")


async def test_twenty_equal_orders_at_once_make_one_payment_and_one_intent(shop: Shop) -> None:
    order_id = new_id()
    answers = await asyncio.gather(*[shop.post_intent(order_id) for _ in range(20)])
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(await shop.intents()) == 1


async def test_twenty_equal_confirmations_at_once_charge_once(shop: Shop) -> None:
    payment = await shop.new_payment()
    answers = await asyncio.gather(*[shop.confirm(payment) for _ in range(20)])
    assert {a.json()["status"] for a in answers} == {"succeeded"}
    charges = await shop.stripe.v1.events.list_async({"type": "charge.succeeded"})
    assert len(charges.data) == 1
    assert shop.outbox() == ["payment.succeeded"]


@pytest.mark.parametrize(
    "change", [{"amount": 4991}, {"currency": "USD"}, {"user_id": str(new_id())}]
)
async def test_another_payment_for_the_same_order_is_a_conflict(
    shop: Shop, change: dict[str, Any]
) -> None:
    payment = await shop.new_payment()
    answer = await shop.post_intent(UUID(payment["order_id"]), **change)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_differs")
    assert len(await shop.intents()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 1.5},
        {"amount": True},
        {"amount": "4990"},
        {"amount": 2**31},
        {"amount": None},
        {"currency": "euro"},
        {"currency": None},
        {"user_id": None},
        {"order_id": "7"},
        {"colour": "red"},
    ],
)
async def test_bad_amounts_are_refused_and_nothing_is_stored(
    shop: Shop, change: dict[str, Any]
) -> None:
    answer = await shop.post_intent(new_id(), **change)
    assert answer.status_code == 422
    assert shop.rows("SELECT id FROM payments") == []
    assert await shop.intents() == []


async def test_an_amount_stripe_refuses_is_told_and_can_be_cancelled(shop: Shop) -> None:
    order_id = new_id()
    answer = await shop.post_intent(order_id, amount=10)
    assert (answer.status_code, answer.json()["code"]) == (422, "payment_refused")
    assert await shop.cancel(order_id) == "cancelled"
    assert shop.outbox() == ["payment.cancelled"]


@pytest.mark.parametrize(
    "change",
    [
        {"payment_method": "4242424242424242"},
        {"payment_method": "pm_x; DROP TABLE"},
        {"return_url": "javascript:alert(1)"},
        {"amount": 1},
    ],
)
async def test_a_bad_confirmation_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    payment = await shop.new_payment()
    assert (await shop.confirm(payment, **change)).status_code == 422
    assert (await shop.read(payment))["status"] == "requires_payment_method"


async def test_a_payment_method_stripe_does_not_know_is_refused(shop: Shop) -> None:
    payment = await shop.new_payment()
    answer = await shop.confirm(payment, "pm_unknown")
    assert (answer.status_code, answer.json()["code"]) == (422, "payment_method_refused")


async def test_shoppers_get_the_payment_of_their_order_but_never_set_amounts(shop: Shop) -> None:
    payment = await shop.new_payment()
    own = {"order_id": payment["order_id"]}
    answer = await shop.http.post("/create-intent", json=own, headers=shop.shopper)
    assert answer.json()["id"] == payment["id"]
    for extra in ({"amount": 1}, {"currency": "EUR"}, {"user_id": str(shop.user_id)}):
        refused = await shop.http.post("/create-intent", json=own | extra, headers=shop.shopper)
        assert refused.status_code == 422
    unknown = await shop.http.post(
        "/create-intent", json={"order_id": str(new_id())}, headers=shop.shopper
    )
    assert unknown.status_code == 404


async def test_somebody_elses_payment_does_not_exist(shop: Shop) -> None:
    payment = await shop.new_payment()
    other = shop.keys.user("shopper")
    own = {"order_id": payment["order_id"]}
    confirm = {
        "payment_id": payment["id"],
        "payment_method": "pm_card_visa",
        "return_url": RETURN_URL,
    }
    for answer in (
        await shop.http.get(f"/{payment['id']}", headers=other),
        await shop.http.post("/create-intent", json=own, headers=other),
        await shop.http.post("/confirm", json=confirm, headers=other),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_not_found")
    assert (await shop.read(payment))["status"] == "requires_payment_method"


async def test_who_may_do_what(shop: Shop) -> None:
    payment = await shop.new_payment()
    analytics = shop.keys.service("analytics", "payments")
    merchant = shop.keys.user("merchant")
    cancel = f"/internal/orders/{payment['order_id']}/cancel"
    body = {"order_id": str(new_id()), "user_id": str(new_id()), "amount": 1, "currency": "EUR"}
    assert (await shop.http.put(cancel, headers=shop.shopper)).status_code == 403
    assert (await shop.http.put(cancel, headers=merchant)).status_code == 403
    assert (await shop.http.put(cancel, headers=analytics)).status_code == 403
    assert (await shop.http.put(cancel)).status_code == 401
    assert (await shop.http.post("/create-intent", json=body, headers=analytics)).status_code == 403
    assert (await shop.http.post("/create-intent", json=body)).status_code == 401
    assert (await shop.http.post("/confirm", json={}, headers=shop.cart)).status_code in (403, 422)
    assert (await shop.http.get(f"/{payment['id']}")).status_code == 401
    assert (await shop.http.get(f"/{payment['id']}", headers=shop.cart)).status_code == 200
    wrong_audience = shop.keys.service("cart", "products")
    assert (await shop.http.put(cancel, headers=wrong_audience)).status_code == 401


async def test_a_stripe_key_that_is_refused_is_503_not_500(open_shop: OpenShop) -> None:
    async with open_shop(stripe_api_key="sk_test_wrong") as shop:
        answer = await shop.post_intent(new_id())
    assert (answer.status_code, answer.json()["code"]) == (503, "stripe_unavailable")
