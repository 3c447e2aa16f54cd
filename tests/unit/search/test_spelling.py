"""Which word a mistyped one was meant to be."""

from __future__ import annotations

import pytest

from deployments.search.domain.spelling import (
    can_be_mistyped,
    correction,
    distance,
    is_word,
    likelier,
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


def test_the_nearest_wins_and_of_equals_the_commoner() -> None:
    assert correction("cabel", {"label": 0.9, "cable": 0.1, "cabins": 1.0}) == "label"
    assert correction("cabel", {"label": 0.1, "cable": 0.9}) == "cable"
    assert correction("headphnoes", {"headphones": 0.0, "headphone": 1.0}) == "headphones"


def test_far_words_are_no_correction() -> None:
    assert correction("lamp", {"ramps": 1.0}) is None
    assert correction("hedphnoes", {"headphones": 0.1}) == "headphones"
    assert correction("lamp", {}) is None


def test_short_words_and_model_numbers_are_left_alone() -> None:
    assert not can_be_mistyped("usb")
    assert not can_be_mistyped("dv7")
    assert not can_be_mistyped("lc51c")
    assert can_be_mistyped("lamp")


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
