from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deployments.cart.contract import OrderEvent, OrderStatus, OrderView
from deployments.products.contract import Category, ProductCard
from deployments.search.contract import Offer, PriceComparison
from deployments.shared.ids import new_id
from webapp.order_views import Order, steps
from webapp.price_views import Comparison
from webapp.views import Card, departments, picture

from .fake_world import World, euro

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _card(**changes: Any) -> ProductCard:
    values: dict[str, Any] = {
        "id": new_id(),
        "slug": "tent",
        "title": "Tent",
        "price_from": euro(1000),
        "price_to": euro(1000),
        "in_stock": True,
    }
    return ProductCard(**(values | changes))


def test_pictures_below_the_api_get_its_public_address() -> None:
    assert picture("/products/media/a.webp") == "http://127.0.0.1:8000/products/media/a.webp"
    assert picture("https://cdn.example/a.webp") == "https://cdn.example/a.webp"
    assert picture(None) == ""


def test_a_card_with_several_prices_says_from() -> None:
    assert Card.of(_card(price_to=euro(2000))).price == "from €10.00"
    assert Card.of(_card()).price == "€10.00"


def test_a_sold_out_product_advertises_no_discount() -> None:
    card = Card.of(_card(compare_at=euro(2000), in_stock=False))
    assert card.sold_out
    assert card.off == ""


def test_departments_are_the_top_categories_that_hold_products() -> None:
    top, empty = new_id(), new_id()
    categories = [
        Category(id=top, slug="b", name="B", path="b", position=2, product_count=3),
        Category(id=empty, slug="c", name="C", path="c", product_count=0),
        Category(id=new_id(), slug="a", name="A", path="a", position=1, product_count=1),
        Category(id=new_id(), slug="x", name="X", path="b/x", parent_id=top, product_count=3),
    ]
    found = departments(categories)
    assert [department.name for department in found] == ["A", "B"]
    assert [child.href for child in found[1].children] == ["/category/b/x"]


def _prices(*totals: int, position: int | None) -> PriceComparison:
    offers = [
        Offer(
            merchant=f"Shop {total}",
            title="x",
            url="javascript:alert(1)" if total == 1 else "https://shop.example",
            price=euro(total),
            total=euro(total),
            in_stock=True,
            matched_by="gtin",
            confidence=1,
            fetched_at=NOW,
        )
        for total in totals
    ]
    return PriceComparison(
        product_id=new_id(), our_price=euro(1000), offers=offers, position=position
    )


def test_our_price_stands_among_the_others_by_total() -> None:
    comparison = Comparison.of(_prices(1200, 900, position=2))
    assert [row.ours for row in comparison.rows] == [False, True, False]
    assert comparison.headline == "Our price is the 2nd lowest of 3 shops"


def test_the_lowest_price_is_said_to_be_so() -> None:
    assert Comparison.of(_prices(1200, position=1)).headline.startswith("Our price is the lowest")


def test_no_offers_show_no_comparison() -> None:
    assert Comparison.of(_prices(position=None)).rows == []


def test_a_merchants_address_that_is_none_is_no_link() -> None:
    row = next(row for row in Comparison.of(_prices(1, position=2)).rows if not row.ours)
    assert row.url == ""


@pytest.fixture
def order() -> OrderView:
    from deployments.cart.contract import Address, CartView, CheckoutRequest

    from .fake_checkout import new_order

    request = CheckoutRequest(
        cart_version=1,
        shipping_method="standard",
        shipping_address=Address(
            name="Ada", line1="Street 1", city="Berlin", postal_code="10115", country="DE"
        ),
        email="ada@example.com",
    )
    return new_order(World(), request, CartView(subtotal=euro(1000)), "M-1")


def _at(order: OrderView, *statuses: OrderStatus) -> OrderView:
    timeline = [OrderEvent(status=status, at=NOW) for status in statuses]
    return order.model_copy(update={"status": statuses[-1], "timeline": timeline})


def _states(order: OrderView) -> list[str]:
    return [step.state for step in steps(order)]


def test_an_order_goes_its_way_step_by_step(order: OrderView) -> None:
    assert _states(_at(order, "created", "payment_pending")) == ["now", *["next"] * 4]
    assert _states(_at(order, "created", "paid")) == ["done", "now", *["next"] * 3]
    assert (
        _states(_at(order, "created", "paid", "stock_committed", "fulfilled", "completed"))
        == ["done"] * 5
    )


def test_a_cancelled_order_ends_where_it_stopped(order: OrderView) -> None:
    found = steps(_at(order, "created", "cancelled"))
    assert [(step.name, step.state) for step in found] == [
        ("Order received", "done"),
        ("Cancelled", "stopped"),
    ]


@pytest.mark.parametrize(
    ("status", "awaits", "paid", "stopped"),
    [
        ("payment_pending", True, False, False),
        ("paid", False, True, False),
        ("completed", False, True, False),
        ("cancelling", False, False, True),
        ("refunded", False, False, False),
    ],
)
def test_what_an_order_waits_for(
    order: OrderView, status: OrderStatus, awaits: bool, paid: bool, stopped: bool
) -> None:
    shown = Order.of(_at(order, status))
    assert (shown.awaits_payment, shown.is_paid, shown.is_stopped) == (awaits, paid, stopped)


def test_a_country_is_written_out(order: OrderView) -> None:
    assert Order.of(order, {"DE": "Germany"}).address == [
        "Ada",
        "Street 1",
        "10115 Berlin",
        "Germany",
    ]
    assert Order.of(order).address[-1] == "DE"


def test_a_product_in_full_can_stand_in_a_list(world: World) -> None:
    from webapp.views import card_of_detail

    bottle = next(p for p in world.products.values() if p.slug == "trail-bottle-750-ml")
    card = card_of_detail(bottle)
    assert (card.price_from.amount, card.price_to.amount) == (2490, 2890)
    assert card.variant_count == 6
