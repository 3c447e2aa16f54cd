from __future__ import annotations

from deployments.auth.infrastructure.guess_memory import FORGOTTEN_AFTER_SECONDS, GuessMemory


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def memory(clock: Clock) -> GuessMemory:
    return GuessMemory(1.0, 10.0, clock)


def test_pauses_double_up_to_the_longest() -> None:
    clock = Clock()
    guesses = memory(clock)
    assert guesses.take("free", ["ada"], [2]) == 0
    pauses = []
    for number in range(5):
        assert guesses.take(str(number), ["ada"], [2]) == 0
        pauses.append(guesses.take("too early", ["ada"], [2]))
        clock.now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 10]


def test_the_longer_of_two_pauses_counts_and_nothing_is_counted_meanwhile() -> None:
    clock = Clock()
    guesses = memory(clock)
    assert guesses.take("1", ["ada", "home"], [1, 100]) == 0
    assert guesses.take("2", ["ada", "office"], [1, 1]) == 1
    assert guesses.take("3", ["bob", "office"], [1, 1]) == 0


def test_a_right_guess_is_given_back() -> None:
    guesses = memory(Clock())
    for number in range(20):
        assert guesses.take(str(number), ["home"], [3]) == 0
        guesses.give_back("home", str(number))


def test_a_right_guess_does_not_lift_the_block_of_a_wrong_one() -> None:
    guesses = memory(Clock())
    guesses.take("right", ["home"], [2])
    guesses.take("wrong", ["home"], [2])
    guesses.give_back("home", "right")
    assert guesses.take("next", ["home"], [2]) == 1


def test_counts_are_forgotten() -> None:
    clock = Clock()
    guesses = memory(clock)
    guesses.take("1", ["ada"], [2])
    clock.now += FORGOTTEN_AFTER_SECONDS + 1
    guesses.take("2", ["ada"], [2])
    assert guesses.take("3", ["ada"], [2]) == 0
    guesses.forget("ada")
    assert guesses.take("4", ["ada"], [2]) == 0
