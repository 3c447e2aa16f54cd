"""What merchants and admins do."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.products.contract import ReviewInput
from webapp.state.account import Door
from webapp.state.back_office.coupons import CouponsDesk, coupon_request
from webapp.state.back_office.gate import Gate
from webapp.state.back_office.order import OrderDesk
from webapp.state.back_office.orders import OrdersDesk
from webapp.state.back_office.reviews import ReviewsDesk
from webapp.state.back_office.stock import StockDesk
from webapp.state.back_office.synonyms import SynonymsDesk
from webapp.state.back_office.users import UsersDesk
from webapp.state.order import OrderPage
from webapp.state.payment import Payment

from .conftest import Browser, redirects, run
from .fake_reviews import add_review
from .fake_world import PASSWORD, World, identity
from .test_checkout import _payment

PARCEL = {"carrier": "DHL", "tracking_number": "0034", "tracking_url": "https://dhl.example/0034"}
DESKS = [OrdersDesk, OrderDesk, CouponsDesk, ReviewsDesk, StockDesk, SynonymsDesk, UsersDesk]


async def _as(role: str, address: str) -> Browser:
    browser = Browser()
    browser.go("/sign-in")
    door = await browser.state(Door)
    await run(door.sign_in({"email": f"{role}@example.com", "password": PASSWORD}))
    browser.go(address)
    return browser


async def _desk(desk: type[Any], address: str, role: str = "merchant") -> Any:
    page = await (await _as(role, address)).state(desk)
    await run(page.load())
    return page


async def _paid_order(browser: Browser, world: World) -> str:
    page: Payment = await _payment(browser)
    world.cards["pm_good"] = "4242424242424242"
    await run(page.pay())
    await run(page.card_ready({"id": "pm_good"}))
    browser.go(f"/order/{page.order.id}")
    await run((await browser.state(OrderPage)).load())
    return str(page.order.id)


@pytest.mark.parametrize("desk", DESKS)
async def test_the_back_office_is_closed_to_shoppers(world: World, desk: type[Any]) -> None:
    browser = await _as("shopper", f"/admin/orders/{identity('x')}")
    page = await browser.state(desk)
    await run(page.load())
    assert (await browser.state(Gate)).refused
    assert not any("/all" in call or "low" in call or "/users" in call for call in world.calls)


@pytest.mark.parametrize("desk", DESKS)
async def test_a_guest_signs_in_first(browser: Browser, desk: type[Any]) -> None:
    browser.go(f"/admin/orders/{identity('x')}")
    page = await browser.state(desk)
    assert redirects(await run(page.load()))[0].startswith("/sign-in?next=/admin")


async def test_users_are_for_admins_alone(world: World) -> None:
    browser = await _as("merchant", "/admin/users")
    await run((await browser.state(UsersDesk)).load())
    assert (await browser.state(Gate)).refused


async def test_a_role_that_is_lost_meanwhile_closes_the_door(world: World) -> None:
    browser = await _as("merchant", "/admin")
    page = await browser.state(OrdersDesk)
    world.change_account(world.accounts["merchant@example.com"][0].id, roles=["shopper"])
    await run(page.load())
    assert (await browser.state(Gate)).refused


async def test_orders_are_listed_counted_and_filtered(browser: Browser, world: World) -> None:
    order_id = await _paid_order(browser, world)
    page = await _desk(OrdersDesk, "/admin")
    assert [row.href for row in page.rows] == [f"/admin/orders/{order_id}"]
    assert [(tab.label, tab.count, tab.current) for tab in page.tabs] == [
        ("To send", "1", False), ("All orders", "1", True),
    ]  # fmt: skip
    found = await run(page.filter({"number": " M-1 ", "email": "", "from": "2026-01-01"}))
    assert redirects(found) == ["/admin?number=M-1&from=2026-01-01"]

    page = await _desk(OrdersDesk, "/admin?status=cancelled&from=yesterday")
    assert (page.rows, page.first_day) == ([], "")
    page = await _desk(OrdersDesk, "/admin?status=nonsense")
    assert len(page.rows) == 1


async def test_an_order_is_sent_and_delivered(browser: Browser, world: World) -> None:
    order_id = await _paid_order(browser, world)
    desk = await _desk(OrderDesk, f"/admin/orders/{order_id}")
    assert (desk.can_send, desk.can_deliver) == (True, False)
    await run(desk.send(PARCEL | {"carrier": ""}))
    assert "name of the carrier" in desk.form_error
    await run(desk.send(PARCEL | {"tracking_url": "javascript:alert(1)"}))
    assert "web address" in desk.form_error
    await run(desk.send(PARCEL))
    assert (desk.order.status, desk.parcel.number, desk.can_deliver) == ("fulfilled", "0034", True)
    await run(desk.deliver())
    assert desk.order.status == "completed"

    shopper = await browser.state(OrderPage)
    await run(shopper.load())
    assert shopper.parcel.url == "https://dhl.example/0034"
    assert [step.state for step in shopper.steps] == ["done"] * 5


async def test_some_of_an_order_is_refunded(browser: Browser, world: World) -> None:
    order_id = await _paid_order(browser, world)
    desk = await _desk(OrderDesk, f"/admin/orders/{order_id}")
    await run(desk.open_refund())
    assert desk.refund_sum == desk.refundable == "€29.80"
    desk.set_mode("lines")
    assert desk.refund_sum == "€0.00"
    await run(desk.refund({"reason": "scratched"}))
    assert desk.form_error == "Choose what comes back."
    desk.step(desk.refund_lines[0].id, 5)
    assert (desk.refund_lines[0].quantity, desk.refund_sum) == (1, "€24.90")
    desk.toggle_shipping()
    assert desk.refund_sum == "€29.80"
    desk.toggle_shipping()
    desk.toggle_restock()
    await run(desk.refund({"reason": ""}))
    assert "Say why" in desk.form_error
    await run(desk.refund({"reason": "scratched"}))
    (refund,) = world.orders[next(iter(world.orders))].refunds
    assert (refund.amount.amount, refund.restock, refund.reason) == (2490, True, "scratched")
    assert (desk.refundable, desk.refunds[0].what) == ("€4.90", "1 × Trail bottle 750 ml")

    shopper = await browser.state(OrderPage)
    await run(shopper.load())
    assert [row.amount for row in shopper.refunds] == ["€24.90"]


async def test_an_amount_is_refunded_once_per_dialog(browser: Browser, world: World) -> None:
    order_id = await _paid_order(browser, world)
    desk = await _desk(OrderDesk, f"/admin/orders/{order_id}")
    await run(desk.open_refund())
    desk.set_mode("amount")
    desk.set_amount("abc")
    await run(desk.refund({"reason": "a scratch"}))
    assert "amount" in desk.form_error
    desk.set_amount("5,00")
    assert desk.refund_sum == "€5.00"
    await run(desk.refund({"reason": "a scratch"}))
    await run(desk.refund({"reason": "a scratch"}))
    assert [row.amount for row in desk.refunds] == ["€5.00"]


async def test_everything_is_refunded(browser: Browser, world: World) -> None:
    order_id = await _paid_order(browser, world)
    desk = await _desk(OrderDesk, f"/admin/orders/{order_id}")
    await run(desk.open_refund())
    await run(desk.refund({"reason": "lost on the way"}))
    assert (desk.order.status, desk.refundable) == ("refunded", "")


async def test_an_unknown_order_is_not_found(world: World) -> None:
    assert (await _desk(OrderDesk, f"/admin/orders/{identity('nothing')}")).missing
    assert (await _desk(OrderDesk, "/admin/orders/nonsense")).missing


async def test_a_customer_cancels_what_was_paid_and_not_sent(
    browser: Browser, world: World
) -> None:
    await _paid_order(browser, world)
    page = await browser.state(OrderPage)
    assert page.order.cancellable
    await run(page.cancel())
    assert (page.order.status, page.order.cancellable) == ("refunded", False)


async def test_coupons_are_made_changed_and_deleted(world: World) -> None:
    desk = await _desk(CouponsDesk, "/admin/coupons")
    form = {"code": "spring", "value": "10", "minimum": "19,90", "ends": "2099-05-31", "most": "5"}
    await run(desk.edit(""))
    await run(desk.save(form | {"code": "x"}))
    assert desk.form_error.startswith("The code is 3 to 40")
    await run(desk.save(form | {"active": "on"}))
    coupon = world.coupons["SPRING"]
    assert (coupon.value, coupon.min_subtotal, coupon.max_uses) == (10, 1990, 5)
    assert coupon.ends_at is not None
    assert coupon.ends_at.isoformat() == "2099-06-01T00:00:00+00:00"
    (row,) = desk.rows
    assert (row.what, row.ends, row.state) == ("10% off", "2099-05-31", "Active")

    await run(desk.save(form | {"active": "on"}))
    assert "coupon with this code" in desk.form_error
    await run(desk.edit(row.id))
    await run(desk.save(form))
    assert desk.rows[0].state == "Off"
    desk.ask_to_delete(desk.rows[0].id)
    await run(desk.delete())
    assert (desk.rows, world.coupons) == ([], {})


@pytest.mark.parametrize(
    ("kind", "form", "wrong"),
    [
        ("percentage", {"value": "0"}, "1 to 100"),
        ("percentage", {"value": "101"}, "1 to 100"),
        ("percentage", {"value": "ten"}, "how much"),
        ("amount", {"value": "-5"}, "how much"),
        ("amount", {"value": "5", "minimum": "x"}, "smallest order"),
        ("amount", {"value": "5", "starts": "2026-02-01", "ends": "2026-01-01"}, "before the last"),
    ],
)
def test_a_coupon_form_says_what_is_wrong(kind: str, form: dict[str, str], wrong: str) -> None:
    request, text = coupon_request(kind, {"code": "SPRING", **form})
    assert request is None
    assert wrong in text


async def test_a_review_is_published_or_rejected_with_a_reason(world: World) -> None:
    author = world.accounts["shopper@example.com"][0].id
    bottle = identity("trail-bottle-750-ml")
    good, bad = (add_review(world, bottle, author, ReviewInput(stars=n)) for n in (5, 1))
    desk = await _desk(ReviewsDesk, "/admin/reviews")
    assert [row.product for row in desk.rows] == ["Trail bottle 750 ml"] * 2
    await run(desk.publish(str(good.id)))
    desk.ask_to_reject(str(bad.id))
    await run(desk.reject({"reason": " "}))
    assert desk.form_error
    await run(desk.reject({"reason": "names a person"}))
    assert (good.state, bad.state, bad.reason) == ("published", "rejected", "names a person")
    assert desk.rows == []
    await run(desk.show_state("rejected"))
    assert [row.review.reason for row in desk.rows] == ["names a person"]


async def test_stock_is_corrected_with_a_reason_and_its_history(world: World) -> None:
    desk = await _desk(StockDesk, "/admin/stock")
    row = desk.rows[0]
    assert row.available == 0
    await run(desk.open(row.variant_id))
    assert desk.movements == []
    for form in ({"delta": "x", "reason": "y"}, {"delta": "0", "reason": "y"}, {"delta": "3"}):
        await run(desk.adjust(form))
        assert desk.form_error
    await run(desk.adjust({"delta": "−2", "reason": "damaged"}))
    assert "on hand now" in desk.done
    await run(desk.open(row.variant_id))
    assert [(m.delta, m.reason, m.who) for m in desk.movements] == [("−2", "Damaged", "by hand")]


async def test_the_threshold_is_the_shops_own_until_another_is_typed(world: World) -> None:
    desk = await _desk(StockDesk, "/admin/stock")
    few = len(desk.rows)
    await run(desk.set_threshold({"threshold": "1000"}))
    assert len(desk.rows) > few
    await run(desk.set_threshold({"threshold": "-1"}))
    assert (desk.threshold, len(desk.rows)) == ("", few)


async def test_an_admin_changes_roles_and_disables(world: World) -> None:
    desk = await _desk(UsersDesk, "/admin/users", "admin")
    assert len(desk.rows) == 3
    await run(desk.search({"email": "shopper"}))
    (row,) = desk.rows
    desk.edit(row.id)
    await run(desk.save({}))
    assert desk.form_error == "Choose at least one role."
    await run(desk.save({"role-shopper": "on", "role-merchant": "on", "disabled": "on"}))
    assert (desk.rows[0].roles, desk.rows[0].disabled) == (["shopper", "merchant"], True)
    assert "is changed" in desk.done

    await run(desk.search({"email": "admin"}))
    desk.edit(desk.rows[0].id)
    await run(desk.save({"role-shopper": "on"}))
    assert "another admin" in desk.form_error
