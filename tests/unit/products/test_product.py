"""The product aggregate: revising, archiving, stock that comes along; rules of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.products.application.product_events import of_change
from deployments.products.domain.draft import MAX_PRICE, ProductDraft, VariantDraft
from deployments.products.domain.product import Product, StockChange, stock_changes
from deployments.products.domain.stock import Stock, sold_out_or_back
from deployments.shared.errors import Conflict, Invalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
RED = VariantDraft("RED", 2000, options={"Colour": "Red"}, on_hand=4)
BLUE = VariantDraft("BLUE", 1500, options={"Colour": "Blue"}, compare_at=1800)
DRAFT = ProductDraft("Lamp", (RED, BLUE))


def lamp(**changes: Any) -> Product:
    return replace(Product.create(DRAFT, "lamp", None, NOW), **changes)


def test_new_product_starts_at_version_one_with_its_first_count() -> None:
    product = lamp()
    assert (product.version, product.created_at) == (1, NOW)
    assert [v.stock for v in product.variants] == [Stock(4, 0), Stock(0, 0)]
    assert stock_changes(None, product) == [StockChange(product.variants[0].id, 4)]


def test_prices_shown_are_those_of_what_is_for_sale() -> None:
    product = lamp()
    assert (product.cheapest.sku, product.cheapest.compare_at, product.price_to) == (
        "BLUE",
        1800,
        2000,
    )
    only_red = product.revised(
        replace(DRAFT, variants=(RED,)), "lamp", None, {product.variants[1].id}, LATER
    )
    assert [v.sku for v in only_red.variants] == ["RED", "BLUE"]
    assert only_red.cheapest.sku == "RED"


def test_revising_with_the_same_is_the_same_object() -> None:
    product = lamp()
    assert product.revised(DRAFT, "lamp", None, set(), LATER) is product


def test_revision_raises_the_version_and_keeps_ids_by_sku() -> None:
    before = lamp()
    draft = replace(DRAFT, title="Lamp 2", variants=(BLUE, RED))
    after = before.revised(draft, "lamp", None, set(), LATER)
    assert (after.version, after.updated_at, after.created_at) == (2, LATER, NOW)
    assert [v.id for v in after.variants] == [v.id for v in reversed(before.variants)]


def test_dropped_variant_takes_its_stock_along_unless_it_was_ever_reserved() -> None:
    before = lamp()
    red, blue = before.variants
    draft = replace(DRAFT, variants=(BLUE,))
    gone = before.revised(draft, "lamp", None, set(), LATER)
    assert [v.id for v in gone.variants] == [blue.id]
    assert stock_changes(before, gone) == [StockChange(red.id, -4)]
    kept = before.revised(draft, "lamp", None, {red.id}, LATER)
    assert [(v.id, v.active) for v in kept.variants] == [(blue.id, True), (red.id, False)]
    assert stock_changes(before, kept) == []
    assert kept.revised(draft, "lamp", None, {red.id}, LATER) is kept
    back = kept.revised(DRAFT, "lamp", None, {red.id}, LATER)
    assert [(v.id, v.active) for v in back.variants] == [(red.id, True), (blue.id, True)]


def test_absent_count_keeps_stock_and_a_count_below_reserved_is_refused() -> None:
    before = lamp()
    held = replace(before.variants[0], stock=Stock(4, 3))
    before = replace(before, variants=(held, before.variants[1]))
    silent = replace(DRAFT, variants=(replace(RED, on_hand=None), BLUE))
    assert before.revised(silent, "lamp", None, set(), LATER) is before
    low = replace(DRAFT, variants=(replace(RED, on_hand=2), BLUE))
    with pytest.raises(Conflict) as caught:
        before.revised(low, "lamp", None, set(), LATER)
    assert (caught.value.code, caught.value.extra) == ("stock_below_reserved", {"reserved": 3})


def test_a_status_is_changed_once() -> None:
    gone = lamp().with_status("archived", LATER)
    assert (gone.status, gone.version) == ("archived", 2)
    assert gone.with_status("archived", LATER) is gone
    assert gone.with_status("published", LATER).version == 3


def test_version_guards_against_lost_updates() -> None:
    lamp().require_version(None)
    lamp().require_version(1)
    with pytest.raises(Conflict) as caught:
        lamp(version=3).require_version(2)
    assert caught.value.extra == {"version": 3}


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (None, "published", "product.changed"),
        (None, "draft", "product.changed"),
        ("published", "published", "product.changed"),
        ("draft", "published", "product.changed"),
        ("archived", "published", "product.changed"),
        ("draft", "draft", "product.changed"),
        ("published", "draft", "product.deleted"),
        ("published", "archived", "product.deleted"),
        ("draft", "archived", "product.deleted"),
    ],
)
def test_leaving_the_shop_is_announced_as_deleted(
    before: str | None, after: str, event: str
) -> None:
    old = lamp(status=before) if before else None
    assert of_change(old, lamp(status=after)).type == event


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " "}, "invalid_title"),
        ({"title": "a\0"}, "invalid_text"),
        ({"tags": ("a\0",)}, "invalid_text"),
        ({"tags": ("x" * 101,)}, "invalid_tag"),
        ({"attributes": {"x" * 101: "y"}}, "invalid_attributes"),
        ({"attributes": {str(n): "y" for n in range(201)}}, "invalid_attributes"),
        ({"variants": ()}, "invalid_variants"),
        ({"variants": tuple(replace(RED, sku=str(n)) for n in range(101))}, "invalid_variants"),
        ({"variants": (replace(RED, sku=""),)}, "invalid_sku"),
        ({"variants": (replace(RED, price=-1),)}, "invalid_price"),
        ({"variants": (replace(RED, price=MAX_PRICE + 1),)}, "invalid_price"),
        ({"variants": (replace(RED, compare_at=2000),)}, "invalid_compare_at"),
        ({"variants": (replace(RED, compare_at=MAX_PRICE + 1),)}, "invalid_compare_at"),
        ({"variants": (replace(RED, options={"Colour": ""}),)}, "invalid_options"),
        ({"variants": (RED, replace(BLUE, options={"Size": "M"}))}, "invalid_options"),
        ({"variants": (RED, replace(BLUE, options=RED.options))}, "duplicate_options"),
        ({"variants": (RED, replace(BLUE, sku="RED"))}, "duplicate_sku"),
        ({"variants": (replace(RED, on_hand=1_000_001),)}, "invalid_stock"),
    ],
)
def test_rules_of_the_catalogue(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Product.create(replace(DRAFT, **change), "lamp", None, NOW)
    assert caught.value.code == code


def test_prices_at_the_edges_are_fine() -> None:
    for price in (0, MAX_PRICE):
        replace(DRAFT, variants=(replace(RED, price=price),)).check()


def test_stock_adjusts_within_its_bounds() -> None:
    assert Stock(5, 2).adjusted(-3) == Stock(2, 2)
    assert Stock(5, 2).available == 3
    for delta, code in ((-4, "stock_below_reserved"), (0, "invalid_stock")):
        with pytest.raises((Invalid, Conflict)) as caught:
            Stock(5, 2).adjusted(delta)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(1, 0, True), (0, 1, True), (2, 1, False), (0, 0, False), (1, 2, False)],
)
def test_selling_out_and_coming_back(before: int, after: int, expected: bool) -> None:
    assert sold_out_or_back(before, after) is expected
