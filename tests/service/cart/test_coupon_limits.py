"""Limits of coupons hold at every moment, and a void order gives its use back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from uuid import UUID

import pytest

from deployments.cart.domain.offer import Offer
from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def test_of_fifty_checkouts_at_once_one_gets_the_last_use(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug", 1000, 100)
    coupon = await shop.coupon("ONLYONE", max_uses=1)
    shoppers = [shop.shopper() for _ in range(50)]
    carts = await asyncio.gather(*[shop.with_coupon(ada, mug, "ONLYONE") for ada in shoppers])
    answers = await asyncio.gather(
        *[shop.check_out(ada, cart["version"]) for ada, cart in zip(shoppers, carts, strict=True)]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    refusals = Counter(a.json()["code"] for a in answers if a.status_code == 409)
    assert refusals == {"coupon_used_up": 49}
    assert shop.rows("SELECT discount FROM orders") == [(100,)]
    assert await shop.uses(coupon) == 1
    assert shop.catalogue.left(mug) == 99
    # Everybody else sees why and may go on without.
    loser = shoppers[next(i for i, a in enumerate(answers) if a.status_code == 409)]
    seen = await shop.cart(loser)
    assert (seen["coupon"]["problem"]["code"], seen["discount"]["amount"]) == ("coupon_used_up", 0)
    without = (await shop.client.delete("/coupon", headers=loser)).json()
    assert (await shop.check_out(loser, without["version"])).status_code == 201


async def test_a_limit_per_customer_counts_each_customer(shop: Shop) -> None:
    ada, bob = shop.shopper(new_id()), shop.shopper(new_id())
    mug = shop.catalogue.sell("Mug", 1000, 100)
    coupon = await shop.coupon("TWICE", max_uses_per_customer=2)
    for shopper in (ada, ada, bob):
        cart = await shop.with_coupon(shopper, mug, "TWICE")
        assert (await shop.check_out(shopper, cart["version"])).status_code == 201
    await shop.add(ada, mug)
    refused = await shop.enter(ada, "TWICE")
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_used_by_you")
    assert "2 times per customer" in refused.json()["detail"]
    assert await shop.uses(coupon) == 3
    # A guest's limit is known at the sign-in only.
    token = (await shop.add({}, mug))["token"]
    assert (await shop.enter({"X-Cart-Token": token}, "TWICE")).status_code == 200
    merged = await shop.client.post("/merge", json={"cart_token": token}, headers=ada)
    assert merged.json()["coupon"]["problem"]["code"] == "coupon_used_by_you"
    checked = await shop.check_out(ada, merged.json()["version"])
    assert (checked.status_code, checked.json()["code"]) == (409, "coupon_used_by_you")


async def test_an_expired_order_gives_its_use_back(shop: Shop) -> None:
    ada, bob, mug = shop.shopper(), shop.shopper(), shop.catalogue.sell("Mug")
    coupon = await shop.coupon("ONLYONE", max_uses=1)
    order = (
        await shop.check_out(ada, (await shop.with_coupon(ada, mug, "ONLYONE"))["version"])
    ).json()
    await shop.add(bob, mug)
    assert (await shop.enter(bob, "ONLYONE")).json()["code"] == "coupon_used_up"
    shop.payments.unknown = True
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelling"
    assert await shop.uses(coupon) == 1, "it may still be paid"
    shop.payments.unknown = False
    shop.clock.advance(seconds=6)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert await shop.uses(coupon) == 0
    assert (await shop.enter(bob, "ONLYONE")).status_code == 200


async def test_a_rejected_order_gives_its_use_back(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=2)
    coupon = await shop.coupon("ONLYONE", max_uses=1, max_uses_per_customer=1)
    cart = await shop.with_coupon(ada, mug, "ONLYONE", 2)
    original = shop.catalogue.offers

    async def offers(variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        answer = await original(variant_ids)
        shop.catalogue.change(mug, available=1)
        return answer

    shop.catalogue.offers = offers  # type: ignore[method-assign]
    answer = await shop.check_out(ada, cart["version"])
    shop.catalogue.offers = original  # type: ignore[method-assign]
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")
    assert await shop.uses(coupon) == 0
    shop.catalogue.change(mug, available=2)
    again = await shop.check_out(ada, cart["version"])
    assert (again.status_code, again.json()["totals"]["discount"]["amount"]) == (201, 258)


async def test_a_late_payment_keeps_the_use(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    coupon = await shop.coupon("ONLYONE", max_uses=1)
    cart = await shop.with_coupon(ada, mug, "ONLYONE")
    order = (await shop.check_out(ada, cart["version"])).json()
    shop.payments.pay(order["id"])
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "stock_committed"
    assert await shop.uses(coupon) == 1


async def test_repeating_a_checkout_uses_a_coupon_once(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=100)
    coupon = await shop.coupon("TWO", max_uses=2)
    cart = await shop.with_coupon(ada, mug, "TWO")
    answers = await asyncio.gather(
        *[shop.check_out(ada, cart["version"], "the-same-key") for _ in range(10)]
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = await shop.check_out(ada, cart["version"], "the-same-key")
    assert again.status_code == 201
    assert await shop.uses(coupon) == 1


@pytest.mark.parametrize("limit", [None, 5])
async def test_deleting_a_coupon_while_it_is_used_keeps_it_or_refuses_the_order(
    shop: Shop, limit: int | None
) -> None:
    merchant, mug = shop.keys.user("merchant"), shop.catalogue.sell("Mug", available=100)
    for number in range(8):
        ada = shop.shopper()
        coupon = await shop.coupon(f"NUMBER-{number}", max_uses=limit)
        cart = await shop.with_coupon(ada, mug, coupon["code"])

        async def delete(identity: str, delay: float) -> int:
            await asyncio.sleep(delay)
            answer = await shop.client.delete(f"/coupons/{identity}", headers=merchant)
            return answer.status_code

        answer, status = await asyncio.gather(
            shop.check_out(ada, cart["version"]), delete(coupon["id"], 0.004 * number)
        )
        assert status == 204
        uses = dict(
            shop.rows(
                "SELECT c.code, c.active FROM coupons c "
                "JOIN coupon_redemptions r ON r.coupon_id = c.id"
            )
        )
        if answer.status_code == 201:
            assert uses[coupon["code"]] is False
        else:
            assert answer.json()["code"] in ("coupon_gone", "coupon_inactive")
            assert coupon["code"] not in uses
