from __future__ import annotations

from random import Random

import pytest

from pipelines.relevance.typos import mistype


@pytest.mark.parametrize("seed", range(20))
def test_one_character_of_the_longest_word_is_dropped_or_swapped(seed: int) -> None:
    first, second = mistype("red umbrella", Random(seed)).split()
    assert first == "red"
    assert second != "umbrella"
    assert second[0] == "u"
    dropped = any(second == "umbrella"[:i] + "umbrella"[i + 1 :] for i in range(8))
    assert dropped or sorted(second) == sorted("umbrella")


def test_the_same_seed_makes_the_same_typo_and_short_words_stay() -> None:
    assert mistype("suitcase", Random(3)) == mistype("suitcase", Random(3))
    assert mistype("a b usb", Random(0)) == "a b usb"
    assert mistype("  ", Random(0)) == "  "
