"""The cart's rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deployments.cart.domain.cart import MAX_LINES, Cart, hash_token
from deployments.cart.domain.priced_cart import price_cart
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from tests.unit.cart.builders import a_cart, an_offer


def test_the_same_variant_adds_up_and_each_change_is_a_version() -> None:
    mug, lamp = an_offer("Mug"), an_offer("Lamp")
    cart = a_cart((mug, 2), (lamp, 1), (mug, 3))
    assert [(item.title, item.quantity) for item in cart.items] == [("Mug", 5), ("Lamp", 1)]
    assert cart.version == 3
    cart.change(cart.items[0].id, mug, 1)
    cart.remove(cart.items[1].id)
    assert [(item.title, item.quantity) for item in cart.items] == [("Mug", 1)]
    assert cart.version == 5


def test_adding_beyond_the_limit_is_refused_and_changes_nothing() -> None:
    mug = an_offer()
    cart = a_cart((mug, 998))
    cart.add(mug, 1)
    with pytest.raises(Conflict, match="999"):
        cart.add(mug, 1)
    assert (cart.items[0].quantity, cart.version) == (999, 2)


def test_a_full_cart_takes_more_of_what_it_holds_but_nothing_new() -> None:
    offers = [an_offer(f"Thing {number}") for number in range(MAX_LINES)]
    cart = a_cart(*[(offer, 1) for offer in offers])
    cart.add(offers[0], 1)
    with pytest.raises(Conflict) as caught:
        cart.add(an_offer(), 1)
    assert caught.value.code == "cart_full"


def test_unknown_items_are_named_as_such() -> None:
    cart = a_cart((an_offer(), 1))
    with pytest.raises(NotFound):
        cart.remove(new_id())
    with pytest.raises(NotFound):
        cart.change(new_id(), an_offer(), 1)


def test_merging_adds_up_to_the_limit() -> None:
    mug, lamp = an_offer("Mug"), an_offer("Lamp")
    cart, guest = a_cart((mug, 600)), a_cart((mug, 600), (lamp, 2))
    cart.absorb(guest)
    assert [(item.title, item.quantity) for item in cart.items] == [("Mug", 999), ("Lamp", 2)]


def test_what_was_ordered_is_taken_out_and_what_came_since_stays() -> None:
    mug, lamp, sofa = an_offer("Mug"), an_offer("Lamp"), an_offer("Sofa")
    cart = a_cart((mug, 2), (lamp, 3), (sofa, 1))
    cart.take_out({mug.variant_id: 2, lamp.variant_id: 1})
    assert [(item.title, item.quantity) for item in cart.items] == [("Lamp", 2), ("Sofa", 1)]


def test_a_guests_token_is_long_and_kept_only_as_a_hash() -> None:
    cart, token = Cart.for_guest()
    assert len(token) >= 43
    assert cart.token_hash == hash_token(token)
    assert token not in repr(cart)


def problems(offer_now: object, quantity: int = 2) -> list[str]:
    chosen = an_offer(price=1000, available=5)
    cart = a_cart((chosen, quantity))
    now = {} if offer_now is None else {chosen.variant_id: replace(chosen, **offer_now)}  # type: ignore[arg-type]
    return [p.code for line in price_cart(cart, now, "EUR").lines for p in line.problems]


def test_problems_of_a_line() -> None:
    assert problems({}) == []
    assert problems(None) == ["gone"]
    assert problems({"published": False}) == ["gone"]
    assert problems({"available": 1}) == ["insufficient_stock"]
    assert problems({"price": Money(999, "EUR")}) == ["price_changed"]
    assert problems({"available": 0, "price": Money(1001, "EUR")}) == [
        "insufficient_stock",
        "price_changed",
    ]


def test_prices_are_those_of_now_and_remembered_ones_only_without_an_answer() -> None:
    chosen = an_offer(price=1000)
    cart = a_cart((chosen, 3))
    dearer = replace(chosen, price=Money(1100, "EUR"))
    assert price_cart(cart, {chosen.variant_id: dearer}, "EUR").subtotal.amount == 3300
    silent = price_cart(cart, None, "EUR")
    assert silent.subtotal.amount == 3000
    assert silent.lines[0].available is None
    assert silent.faulty_lines == ()
