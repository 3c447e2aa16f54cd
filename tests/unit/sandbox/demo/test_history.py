"""The synthetic past: always the same, and possible."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from deployments.analytics.contract import (
    AddedToCart,
    CheckoutStarted,
    ProductSearched,
    ProductViewed,
    SearchClicked,
    VisitEvent,
)
from deployments.sandbox.demo.history import DAYS, History, build_history
from tests.unit.sandbox.demo.stored import stored_catalogue

TODAY = date(2026, 3, 11)
PRODUCTS = stored_catalogue()


@pytest.fixture(scope="module")
def history() -> History:
    return build_history(PRODUCTS, TODAY)


def by_visit(history: History) -> dict[UUID, list[VisitEvent]]:
    visits: dict[UUID, list[VisitEvent]] = defaultdict(list)
    for event in history.events:
        visits[event.session_id].append(event)
    return visits


def moment(event: VisitEvent) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at


def test_it_spans_the_thirty_days_before(history: History) -> None:
    days = {moment(event).date() for event in history.events}
    assert days == {TODAY - timedelta(days=back) for back in range(1, DAYS + 1)}
    assert max(purchase.paid_at for purchase in history.purchases) < datetime(
        TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC
    )


def test_it_has_the_size_of_a_small_shop(history: History) -> None:
    assert 400 <= len(history.purchases) <= 700
    assert 8_000 <= len(by_visit(history)) <= 13_000
    kinds = Counter(event.type for event in history.events)
    assert set(kinds) == {
        "product_view",
        "product_search",
        "search_click",
        "add_to_cart",
        "checkout_started",
    }


def test_the_same_day_is_the_same_whenever_it_is_made(history: History) -> None:
    assert build_history(PRODUCTS, TODAY) == history
    shuffled = list(reversed(PRODUCTS))
    tomorrow = build_history(shuffled, TODAY + timedelta(days=1))
    cut = {TODAY, TODAY - timedelta(days=DAYS)}

    def shared(events: list[VisitEvent]) -> list[VisitEvent]:
        return [event for event in events if moment(event).date() not in cut]

    assert shared(tomorrow.events) == shared(history.events)


def test_ids_are_unique(history: History) -> None:
    events = [event.event_id for event in history.events]
    assert len(set(events)) == len(events)
    orders = [purchase.order_id for purchase in history.purchases]
    assert len(set(orders)) == len(orders)
    assert len({purchase.order_number for purchase in history.purchases}) == len(orders)


def test_what_is_bought_was_in_the_cart_and_what_is_there_was_looked_at(history: History) -> None:
    visits = by_visit(history)
    for visit in visits.values():
        seen: set[UUID] = set()
        for before, after in pairwise(visit):
            assert moment(before) <= moment(after)
        for event in visit:
            if isinstance(event, ProductViewed):
                seen.add(event.product_id)
            if isinstance(event, AddedToCart):
                assert event.product_id in seen
    for purchase in history.purchases:
        assert purchase.session_id is not None
        visit = visits[purchase.session_id]
        cart = Counter(
            {event.variant_id: event.quantity for event in visit if isinstance(event, AddedToCart)}
        )
        bought = Counter({line.variant_id: line.quantity for line in purchase.lines})
        assert bought == cart
        (checkout,) = [event for event in visit if isinstance(event, CheckoutStarted)]
        assert checkout.item_count == sum(cart.values())
        assert moment(checkout) < purchase.paid_at
        assert moment(checkout).date() == purchase.paid_at.date()


def test_totals_and_prices_are_right_and_marked_as_demo(history: History) -> None:
    prices = {v.id: v.price for product in PRODUCTS for v in product.variants}
    for purchase in history.purchases:
        assert purchase.source == "demo"
        subtotal = sum(line.unit_price * line.quantity for line in purchase.lines)
        assert purchase.total == subtotal + purchase.shipping + purchase.tax - purchase.discount
        for line in purchase.lines:
            assert line.variant_id is not None
            assert line.unit_price == prices[line.variant_id].amount


def test_searches_find_something_or_nothing(history: History) -> None:
    searches = [event for event in history.events if isinstance(event, ProductSearched)]
    nothing = [search for search in searches if search.result_count == 0]
    assert 0.03 < len(nothing) / len(searches) < 0.25
    clicked = {event.query for event in history.events if isinstance(event, SearchClicked)}
    assert not clicked & {search.query for search in nothing}
    for event in history.events:
        if isinstance(event, SearchClicked):
            assert event.position >= 1


def test_it_has_rhythm_and_favourites(history: History) -> None:
    days = Counter(moment(event).weekday() for event in history.events)
    assert days[6] > days[1]
    hours = Counter(moment(event).hour for event in history.events)
    assert hours[20] > 3 * hours[6]
    views = Counter(
        event.product_id for event in history.events if isinstance(event, ProductViewed)
    )
    top = sum(count for _, count in views.most_common(len(PRODUCTS) // 10))
    assert top > 0.25 * views.total()
    customers = Counter(purchase.customer_key for purchase in history.purchases)
    assert sum(count > 1 for count in customers.values()) > 30
