"""Which word a mistyped one was meant to be."""

from __future__ import annotations

import pytest

from deployments.search.domain.spelling import (
    can_be_mistyped,
    correction,
    distance,
    is_word,
    likelier,
    likelihood,
    one_slip_away,
    unaccented,
)


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [
        ("lamp", "lamp", 0),
        ("lamp", "lamps", 1),
        ("lamp", "lam", 1),
        ("lamp", "limp", 1),
        ("lamp", "lapm", 1),
        ("lamp", "alpm", 2),
        ("", "lamp", 4),
        ("kitten", "sitting", 3),
    ],
)
def test_distance(first: str, second: str, edits: int) -> None:
    assert distance(first, second) == distance(second, first) == edits


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lapm", "lamp"),
        ("lmp", "lamp"),
        ("lammp", "lamp"),
        ("lanp", "lamp"),
        ("lamp", "lamp"),
        ("bycicle", "bicycle"),
    ],
)
def test_a_word_is_among_what_one_slip_makes_of_it(typed: str, meant: str) -> None:
    assert meant in one_slip_away(typed)


def test_what_is_one_slip_away_is_one_edit_away() -> None:
    assert {distance("lamp", other) for other in one_slip_away("lamp")} == {0, 1}


@pytest.mark.parametrize(
    ("likely", "unlikely", "meant"),
    [
        ("lmap", "lanp", "lamp"),
        ("lap", "larp", "lamp"),
        ("lanp", "latp", "lamp"),
        ("lammp", "latmp", "lamp"),
        ("hedphones", "hedphnoes", "headphones"),
        ("bycicle", "bycycel", "bicycle"),
    ],
)
def test_some_slips_are_likelier_than_others(likely: str, unlikely: str, meant: str) -> None:
    assert likelihood(likely, meant) > likelihood(unlikely, meant)


def test_two_slips_are_thought_of_in_long_words_only() -> None:
    assert likelihood("hedphnoes", "headphones") > 0
    assert likelihood("lpam", "lamps") == 0
    assert likelihood("malp", "lamp") == 0


def test_the_likelier_slip_wins_and_of_equals_the_commoner_word() -> None:
    assert correction("lmap", {"lamp": 155, "map": 300}) == "lamp"
    assert correction("mose", {"mode": 300, "mouse": 260}) == "mouse"
    assert correction("pone", {"one": 200, "phone": 120}) == "phone"
    assert correction("hoes", {"shoes": 9, "holes": 2}) == "shoes"
    assert correction("headphnoes", {"headphones": 1, "headphone": 50}) == "headphones"


def test_what_no_product_holds_is_no_correction() -> None:
    assert correction("lmap", {"lamp": 0}) is None
    assert correction("lamp", {"ramps": 10}) is None
    assert correction("lamp", {}) is None


def test_of_a_short_word_only_the_commonest_slips_are_thought_of() -> None:
    assert correction("ubs", {"usb": 2000}) == "usb"
    assert correction("fan", {"fun": 2000, "far": 10}) is None
    assert not can_be_mistyped("tv")
    assert not can_be_mistyped("dv7")
    assert not can_be_mistyped("lc51c")
    assert can_be_mistyped("fan")


def test_accents_do_not_hide_a_word() -> None:
    assert unaccented("café") == "cafe"


def test_forms_of_a_word_are_words() -> None:
    language = {"baking", "hike", "wireless"}
    assert is_word("bake", language)
    assert is_word("hike", language)
    assert not is_word("wireles", language)
    assert not is_word("lapm", language)


def test_a_far_commoner_word_one_edit_away_may_have_been_meant() -> None:
    near = {"sonny": "sonni", "sony": "soni", "sonic": "sonic", "bony": "boni"}
    counts = {"sonni": 1, "soni": 40, "sonic": 500, "boni": 30}
    assert likelier("sonny", near, counts) == "sony"
    assert likelier("sonny", near, counts | {"sonni": 9}) is None
    assert likelier("sony", near, counts) is None
    assert likelier("lamps", {"lamps": "lamp", "lamp": "lamp"}, {"lamp": 90}) is None
    assert likelier("zzzz", {}, {}) is None
