"""Refunds while services are silent and processes die: at the end the money was given back once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from deployments.cart.domain.refund import RefundState
from deployments.cart.infrastructure.unit_of_work import SqlCartUnitOfWork
from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop

PRICE, PIECES = 2000, 3
TOTAL = PRICE * PIECES


class Killed(Exception):
    """The process is gone: nothing it would have done from here on happens."""


class Killer:
    """Lets ``after`` steps (commits and calls of other services) happen, then none.

    ``late``: the last one still takes effect, only its answer is lost.
    """

    def __init__(self, shop: Shop, after: int, *, late: bool) -> None:
        self._shop = shop
        self._left = after
        self._late = late
        self.killed = False

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(SqlCartUnitOfWork, "commit", self._wrap(SqlCartUnitOfWork.commit))
        patch.setattr(self._shop.payments, "refund", self._wrap(self._shop.payments.refund))
        patch.setattr(self._shop.catalogue, "restock", self._wrap(self._shop.catalogue.restock))

    def _wrap(self, step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def killable(*arguments: Any) -> Any:
            if self.killed:
                raise Killed
            self._left -= 1
            if self._left >= 0:
                return await step(*arguments)
            self.killed = True
            if self._late:
                await step(*arguments)
            raise Killed

        return killable


async def check(shop: Shop, order: dict[str, Any], left: int) -> None:
    """The order is refunded, once, and its goods are back."""
    seen = await shop.order(shop.merchant, order)
    assert seen["status"] == "refunded"
    assert [refund["state"] for refund in seen["refunds"]] == ["succeeded"]
    assert shop.payments.given_back(order["id"]) == TOTAL
    told = [p for p in shop.outbox("order.refunded") if p["order_id"] == order["id"]]
    assert len(told) == 1
    subject = f"Refund for your order {order['number']}"
    assert [mail[1] for mail in shop.mails()].count(subject) == 1
    assert left == 100
    due = shop.rows(f"SELECT due_at FROM orders WHERE id = '{order['id']}'")  # noqa: S608
    assert due == [(None,)]


@pytest.mark.parametrize("late", [False, True])
async def test_a_process_that_dies_at_any_step_of_a_cancellation_changes_nothing_at_the_end(
    shop: Shop, late: bool
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", PRICE, 100)
    for after in range(30):
        order = await shop.paid(ada, mug, PIECES)
        killer = Killer(shop, after, late=late)
        with pytest.MonkeyPatch.context() as patch:
            killer.install(patch)
            answer = await shop.cancel(ada, order)
        if killer.killed:
            shop.leave_leased(order, seconds=30)
            await shop.settle()
            # Whoever got no answer asks again.
            again = await shop.cancel(ada, order)
            assert again.status_code == 200
        else:
            assert answer.status_code == 200
        await check(shop, order, shop.catalogue.left(mug))
        if not killer.killed:
            assert after > 5, "the steps were not counted"
            return
    raise AssertionError("the cancellation has no end")


@pytest.mark.parametrize("trouble", ["down", "silent"])
@pytest.mark.parametrize("call", ["refund", "restock"])
async def test_a_service_that_does_not_answer_is_asked_until_it_does(
    shop: Shop, trouble: str, call: str
) -> None:
    mug = shop.catalogue.sell("Mug", PRICE, 100)
    order = await shop.paid(shop.shopper(), mug, PIECES)
    service = shop.payments if call == "refund" else shop.catalogue
    getattr(service, trouble).add(call)
    answer = await shop.refund(order, full=True, restock=True)
    assert answer.status_code == 201
    assert answer.json()["state"] == ("pending" if call == "refund" else "succeeded")
    await shop.settle()
    assert service.calls[call] > 2
    getattr(service, trouble).clear()
    await shop.settle()
    await check(shop, order, shop.catalogue.left(mug))


async def test_event_sweep_and_repeat_at_once_end_a_refund_once(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug", PRICE, 100)
    order = await shop.paid(shop.shopper(), mug, PIECES)
    shop.payments.refund_state = RefundState.PENDING
    key = "refund-key-1"
    refund = (await shop.refund(order, key, full=True, restock=True)).json()
    shop.payments.refunds[UUID(refund["id"])].state = RefundState.SUCCEEDED
    shop.clock.advance(seconds=61)
    await asyncio.gather(
        *[
            shop.tell("refund.succeeded", order, event_id=new_id(), refund_id=refund["id"])
            for _ in range(5)
        ],
        *[shop.refund(order, key, full=True, restock=True) for _ in range(5)],
        *[shop.sweep() for _ in range(3)],
    )
    await shop.settle()
    await check(shop, order, shop.catalogue.left(mug))
