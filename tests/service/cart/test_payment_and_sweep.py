"""After the checkout: paid, declined, expired, cancelled, and whoever went missing meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from deployments.analytics.contract import Purchase
from deployments.shared.events import PAYMENTS, Event, stream_name
from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def test_a_paid_order_has_its_stock_committed_and_tells_analytics(shop: Shop) -> None:
    user_id = new_id()
    ada, mug = shop.shopper(user_id), shop.catalogue.sell("Mug", 1290, 10)
    order = await shop.pending(ada, mug, 2)
    shop.payments.pay(order["id"])
    await shop.tell("payment.succeeded", order)
    paid = await shop.order(ada, order)
    assert paid["status"] == "stock_committed"
    assert [event["status"] for event in paid["timeline"]][-2:] == ["paid", "stock_committed"]
    assert paid["expires_at"] is None
    assert UUID(order["id"]) in shop.catalogue.committed
    (payload,) = shop.outbox("order.paid")
    purchase = Purchase.model_validate(payload)
    assert str(purchase.order_id) == order["id"]
    assert (purchase.source, purchase.country, purchase.currency) == ("store", "DE", "EUR")
    assert purchase.total == order["totals"]["total"]["amount"] == 2 * 1290 + 490
    assert [(line.sku, line.quantity, line.unit_price) for line in purchase.lines] == [
        ("MUG", 2, 1290)
    ]
    assert purchase.customer_key
    assert str(user_id) not in str(payload)
    assert user_id.hex not in str(payload)


async def test_one_customer_has_one_pseudonym(shop: Shop) -> None:
    ada, bob, mug = shop.shopper(new_id()), shop.shopper(new_id()), shop.catalogue.sell("Mug")
    for shopper in (ada, ada, bob):
        order = await shop.pending(shopper, mug)
        await shop.tell("payment.succeeded", order)
    keys = [payload["customer_key"] for payload in shop.outbox("order.paid")]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("same_id", [True, False])
async def test_success_told_twenty_times_is_one_purchase(shop: Shop, same_id: bool) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    event_id = new_id()
    await asyncio.gather(
        *[
            shop.tell("payment.succeeded", order, event_id=event_id if same_id else new_id())
            for _ in range(20)
        ]
    )
    assert len(shop.outbox("order.paid")) == 1
    assert (await shop.order(ada, order))["status"] == "stock_committed"
    assert shop.catalogue.left(mug) == 8


async def test_events_arrive_by_the_stream(shop: Shop, redis_url: str) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    payload = {
        "payment_id": order["payment_id"],
        "order_id": order["id"],
        "amount": order["totals"]["total"]["amount"],
        "currency": "EUR",
    }
    fields: Any = Event(PAYMENTS, "payment.succeeded", payload).to_fields()
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        await redis.xadd(stream_name(PAYMENTS), fields)
        for _ in range(200):
            if (await shop.order(ada, order))["status"] == "stock_committed":
                break
            await asyncio.sleep(0.05)
        assert (await shop.order(ada, order))["status"] == "stock_committed"
        told: list[str] = []
        for _ in range(100):
            entries: Any = await redis.xrange(stream_name("orders"))
            told = [entry["type"] for _, entry in entries]
            if "order.paid" in told:
                break
            await asyncio.sleep(0.05)
    assert told == ["order.created", "order.paid"]


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}])
async def test_a_payment_of_something_else_never_marks_the_order_paid(
    shop: Shop, change: dict[str, Any]
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    await shop.tell("payment.succeeded", order, **change)
    assert (await shop.order(ada, order))["status"] == "payment_pending"
    assert shop.outbox("order.paid") == []


async def test_a_payment_for_an_unknown_order_changes_nothing(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    await shop.tell("payment.succeeded", order | {"id": str(new_id())})
    assert (await shop.order(ada, order))["status"] == "payment_pending"


async def test_a_declined_card_keeps_the_stock_and_a_second_card_pays(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    await shop.tell("payment.failed", order)
    assert (await shop.order(ada, order))["status"] == "payment_pending"
    assert shop.catalogue.left(mug) == 8
    shop.payments.pay(order["id"])
    await shop.tell("payment.succeeded", order)
    assert (await shop.order(ada, order))["status"] == "stock_committed"


async def test_paid_while_products_is_down_is_committed_by_the_sweep(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    shop.catalogue.down.add("commit")
    await shop.tell("payment.succeeded", order)
    assert (await shop.order(ada, order))["status"] == "paid"
    shop.clock.advance(seconds=6)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, order))["status"] == "paid"
    assert await shop.sweep() == 0, "an order that could not be finished rests for a while"
    shop.catalogue.down.clear()
    shop.clock.advance(seconds=6)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "stock_committed"
    assert len(shop.outbox("order.paid")) == 1


async def test_an_order_not_paid_in_time_is_cancelled_and_its_stock_released(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    shop.clock.advance(minutes=14)
    assert await shop.sweep() == 0
    shop.clock.advance(minutes=2)
    assert await shop.sweep() == 1
    cancelled = await shop.order(ada, order)
    assert [event["status"] for event in cancelled["timeline"]][-2:] == ["cancelling", "cancelled"]
    assert shop.payments.intents[UUID(order["id"])].status == "cancelled"
    assert shop.catalogue.left(mug) == 10
    assert [event["order_id"] for event in shop.outbox("order.cancelled")] == [order["id"]]
    assert await shop.sweep() == 0


@pytest.mark.parametrize("how", ["down", "unknown", "silent"])
async def test_stock_stays_held_until_the_intent_is_known_to_be_cancelled(
    shop: Shop, how: str
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    if how == "unknown":
        shop.payments.unknown = True
    else:
        getattr(shop.payments, how).add("cancel")
    shop.clock.advance(minutes=16)
    for _ in range(3):
        await shop.sweep()
        shop.clock.advance(seconds=6)
    assert (await shop.order(ada, order))["status"] == "cancelling"
    assert shop.catalogue.left(mug) == 8
    assert shop.catalogue.calls["release"] == 0
    shop.payments.unknown = False
    shop.payments.down.clear()
    shop.payments.silent.clear()
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert shop.catalogue.left(mug) == 10


async def test_an_order_paid_before_its_expiry_was_noticed_is_paid(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    shop.payments.pay(order["id"])
    shop.clock.advance(minutes=16)
    await shop.sweep()
    paid = await shop.order(ada, order)
    assert [event["status"] for event in paid["timeline"]][-3:] == [
        "cancelling",
        "paid",
        "stock_committed",
    ]
    await shop.tell("payment.succeeded", order)
    assert len(shop.outbox("order.paid")) == 1
    assert shop.catalogue.left(mug) == 8


async def test_success_racing_expiry_ends_paid_with_stock_or_cancelled_without(
    shop: Shop,
) -> None:
    mug = shop.catalogue.sell("Mug", available=100)
    shoppers = [shop.shopper() for _ in range(10)]
    orders = [await shop.pending(shopper, mug) for shopper in shoppers]
    shop.clock.advance(minutes=16)

    async def pay(order: dict[str, Any], delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            shop.payments.pay(order["id"])
        except AssertionError:
            return
        await shop.tell("payment.succeeded", order)

    payers = [pay(order, 0.004 * place) for place, order in enumerate(orders)]
    await asyncio.gather(shop.sweep(), shop.sweep(), *payers)
    shop.clock.advance(seconds=60)
    await shop.sweep()
    outcomes = Counter()  # type: Counter[str]
    for shopper, order in zip(shoppers, orders, strict=True):
        status = (await shop.order(shopper, order))["status"]
        intent = shop.payments.intents[UUID(order["id"])].status
        outcomes[status] += 1
        assert (status, intent) in {("stock_committed", "succeeded"), ("cancelled", "cancelled")}
        assert (UUID(order["id"]) in shop.catalogue.committed) is (status == "stock_committed")
    assert len(shop.outbox("order.paid")) == outcomes["stock_committed"]
    assert shop.catalogue.left(mug) == 100 - outcomes["stock_committed"]


async def test_late_success_while_cancelling_is_paid(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    shop.payments.unknown = True
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelling"
    shop.payments.pay(order["id"])
    await shop.tell("payment.succeeded", order)
    assert (await shop.order(ada, order))["status"] == "stock_committed"
    assert shop.catalogue.calls["release"] == 0


async def test_success_of_a_cancelled_order_changes_nothing(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug)
    shop.clock.advance(minutes=16)
    await shop.sweep()
    await shop.tell("payment.succeeded", order)
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert shop.outbox("order.paid") == []


async def test_an_intent_cancelled_elsewhere_gives_the_order_up(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug)
    shop.payments.intents[UUID(order["id"])].status = "cancelled"
    await shop.tell("payment.cancelled", order)
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert shop.catalogue.left(mug) == 10


@pytest.mark.parametrize(
    ("part", "call"), [("catalogue", "reserve"), ("payments", "create_intent")]
)
async def test_the_sweep_finishes_a_checkout_nobody_asks_for_any_more(
    shop: Shop, part: str, call: str
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    getattr(shop, part).down.add(call)
    answer = await shop.check_out(ada, cart["version"], "left-alone")
    order = {"id": answer.json()["order_id"]}
    getattr(shop, part).down.clear()
    shop.clock.advance(seconds=6)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, order))["status"] == "payment_pending"
    again = await shop.check_out(ada, cart["version"], "left-alone")
    assert (again.status_code, again.json()["id"]) == (201, order["id"])


@pytest.mark.parametrize(
    ("part", "call"), [("catalogue", "reserve"), ("payments", "create_intent")]
)
async def test_a_checkout_that_can_not_be_finished_in_time_is_given_up(
    shop: Shop, part: str, call: str
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    getattr(shop, part).down.add(call)
    answer = await shop.check_out(ada, cart["version"], "given-up-key")
    order = {"id": answer.json()["order_id"]}
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert shop.catalogue.left(mug) == 10
    if part == "catalogue":
        # A reservation under way when the order was given up can't hold anything any more.
        getattr(shop, part).down.clear()
        assert (await shop.check_out(ada, cart["version"])).status_code == 201


async def test_a_crashed_worker_loses_its_lease_and_the_sweep_takes_over(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    shop.catalogue.down.add("reserve")
    answer = await shop.check_out(ada, cart["version"], "crashed-key")
    order = {"id": answer.json()["order_id"]}
    shop.catalogue.down.clear()
    shop.clock.advance(seconds=6)
    shop.leave_leased(order, seconds=40)
    assert await shop.sweep() == 0
    busy = await shop.check_out(ada, cart["version"], "crashed-key")
    assert (busy.status_code, busy.json()["code"]) == (409, "checkout_in_progress")
    shop.clock.advance(seconds=41)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, order))["status"] == "payment_pending"


async def test_sweeps_at_once_work_on_each_order_once(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug", available=100)
    for _ in range(12):
        await shop.pending(shop.shopper(), mug)
    shop.clock.advance(minutes=16)
    counts = await asyncio.gather(*[shop.sweep() for _ in range(3)])
    assert sum(counts) == 12
    assert shop.payments.calls["cancel"] == 12
    assert shop.catalogue.left(mug) == 100


async def test_one_order_that_fails_keeps_no_other_waiting(shop: Shop) -> None:
    mug, lamp = shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp")
    ada, bob = shop.shopper(), shop.shopper()
    broken, fine = await shop.pending(ada, mug), await shop.pending(bob, lamp)
    original = shop.payments.cancel

    async def cancel(order_id: UUID) -> Any:
        if str(order_id) == broken["id"]:
            raise KeyError("a bug")
        return await original(order_id)

    shop.payments.cancel = cancel  # type: ignore[method-assign]
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, broken))["status"] == "cancelling"
    assert (await shop.order(bob, fine))["status"] == "cancelled"


async def test_an_intent_made_while_the_order_was_given_up_is_cancelled_too(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug)
    original = shop.payments.create_intent

    async def slow(order: Any) -> Any:
        # The lease of this worker lapses, the sweep gives the order up, then the call goes through.
        shop.payments.create_intent = original  # type: ignore[method-assign]
        shop.clock.advance(minutes=16)
        await shop.sweep()
        return await original(order)

    shop.payments.create_intent = slow  # type: ignore[method-assign]
    answer = await shop.check_out(ada, cart["version"])
    assert answer.json()["status"] == "cancelled"
    assert [intent.status for intent in shop.payments.intents.values()] == ["cancelled"]
    assert shop.catalogue.left(mug) == 10


async def test_an_order_that_can_not_get_out_of_a_state_alarms_a_person_once(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    shop.catalogue.down.add("commit")
    await shop.tell("payment.succeeded", order)
    await shop.settle()
    alarms = f"SELECT alarms FROM orders WHERE id = '{order['id']}'"  # noqa: S608
    assert shop.rows(alarms) == [([],)]
    shop.clock.advance(minutes=30)
    await shop.settle()
    ((raised,),) = shop.rows(alarms)
    assert [alarm["code"] for alarm in raised] == ["stuck"]
    assert raised[0]["detail"].startswith("paid since ")
    shop.catalogue.down.clear()
    await shop.settle()
    assert (await shop.order(ada, order))["status"] == "stock_committed"
